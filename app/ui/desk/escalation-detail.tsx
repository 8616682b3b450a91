import { MessagesSquare } from "lucide-react";
import type { EscalationView } from "#app/domain/messaging/escalation-schema.ts";
import { ReplyBox } from "../compose/reply-box.tsx";
import { conversationPath } from "../conversation/conversation-path.ts";
import { TypeTile } from "../messages/message-badges.tsx";
import { priorities, severities } from "../messages/message-words.ts";
import { PartyName } from "../messages/party-name.tsx";
import { PayloadView } from "../messages/payload-view.tsx";
import { Badge } from "../primitives/badge.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { CodeId } from "../primitives/code-id.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { ExactTime, RelativeTime } from "../primitives/relative-time.tsx";
import { EscalationActions } from "./escalation-actions.tsx";
import { StateBadge } from "./state-badge.tsx";

interface EscalationDetailProps {
  escalation: EscalationView;
  viewerId: string;
  maySend: boolean;
  answer: unknown;
}

/** One escalation: what the agent says, who has it, and what can be done. */
export function EscalationDetail({ escalation, viewerId, maySend, answer }: EscalationDetailProps) {
  const { message, severity } = escalation;
  return (
    <article aria-labelledby="escalation-title" className="space-y-6">
      <header className="flex flex-wrap items-start gap-3 sm:flex-nowrap">
        <TypeTile message={message} className="!size-10" />
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <h2 id="escalation-title" className="text-lg font-semibold">
              Escalation
            </h2>
            <Badge tone={severities[severity].tone}>{severities[severity].label}</Badge>
            <StateBadge escalation={escalation} viewerId={viewerId} />
          </div>
          <p className="mt-1 flex flex-wrap items-center gap-x-1.5 text-sm text-ink-muted">
            <PartyName party={message.sender} />
            <span aria-hidden="true">·</span>
            <RelativeTime at={message.createdAt} />
          </p>
        </div>
        <ButtonLink
          to={conversationPath(message.correlationId, message.id)}
          size="sm"
          icon={<MessagesSquare className="size-3.5" />}
          className="max-sm:w-full"
        >
          Conversation
        </ButtonLink>
      </header>
      <PayloadView message={message} />
      <Outcome escalation={escalation} />
      {maySend && <EscalationActions escalation={escalation} viewerId={viewerId} answer={answer} />}
      {maySend && message.sender.kind === "agent" && (
        <section aria-labelledby="escalation-reply">
          <h3 id="escalation-reply" className="mb-2 text-sm font-medium">
            Reply
          </h3>
          <ReplyBox to={message.sender} correlationId={message.correlationId} message={message} />
        </section>
      )}
      <hr />
      <Facts>
        <Fact name="Sent">
          <ExactTime at={message.createdAt} />
        </Fact>
        {message.expiresAt && (
          <Fact name={escalation.isExpired ? "Expired" : "Expires"}>
            <ExactTime at={message.expiresAt} />
          </Fact>
        )}
        {escalation.takenAt && escalation.holder && (
          <Fact name="Taken">
            <ExactTime at={escalation.takenAt} /> by {escalation.holder.name}
          </Fact>
        )}
        <Fact name="Priority">{priorities[message.priority].label}</Fact>
        <Fact name="Message">
          <CodeId id={message.id} label="Copy message id" />
        </Fact>
      </Facts>
    </article>
  );
}

/** What came of one that is resolved. */
function Outcome({
  escalation: { state, resolvedAt, resolvedBy, resolution },
}: {
  escalation: EscalationView;
}) {
  if (state !== "resolved") return null;
  return (
    <section aria-label="What came of it" className="rounded-lg border bg-canvas p-4">
      <p className="text-sm text-ink-muted">
        Resolved by <span className="font-medium text-ink">{resolvedBy?.name ?? "a former member"}</span>
        {resolvedAt && (
          <>
            , <RelativeTime at={resolvedAt} />
          </>
        )}
      </p>
      {resolution && (
        <p className="mt-2 whitespace-pre-wrap text-base [overflow-wrap:anywhere]">{resolution}</p>
      )}
    </section>
  );
}
