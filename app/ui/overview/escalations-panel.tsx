import { Link } from "@remix-run/react";
import { Siren } from "lucide-react";
import type { OverviewEscalations } from "#app/domain/messaging/overview-schema.ts";
import { deskHref } from "../desk/desk-href.ts";
import { StateBadge } from "../desk/state-badge.tsx";
import { messagesHref } from "../message-log/messages-href.ts";
import { MessageBadges } from "../messages/message-badges.tsx";
import { summaryOf } from "../messages/message-words.ts";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";

/** Where it is at the desk. That it has expired its message's own badge says. */
function DeskState({ state }: { state: OverviewEscalations["atDesk"][string] | undefined }) {
  if (state === undefined || (state.isExpired && state.state !== "resolved")) return null;
  return <StateBadge escalation={state} />;
}

export function EscalationsPanel({ escalations }: { escalations: OverviewEscalations }) {
  const { latest, atDesk, open } = escalations;
  return (
    <Panel
      title="Latest escalations"
      description={open > 0 ? `${formatCount(open)} not taken yet.` : undefined}
      flush
      actions={
        latest.length > 0 && (
          <ButtonLink to={deskHref()} size="sm" prefetch="intent">
            Open desk
          </ButtonLink>
        )
      }
    >
      {latest.length === 0 ? (
        <EmptyState icon={Siren} title="None so far" className="!py-8">
          What agents escalate to your operators shows here.
        </EmptyState>
      ) : (
        <ul className="divide-y">
          {latest.map((message) => (
            <li key={message.id}>
              <Link
                to={
                  atDesk[message.id] === undefined
                    ? messagesHref({ type: "escalation", message: message.id })
                    : deskHref({ escalation: message.id })
                }
                className="block px-4 py-3 transition-colors [outline-offset:-2px] hover:bg-hover sm:px-5"
              >
                <span className="flex items-center justify-between gap-3">
                  <span className="flex flex-wrap gap-1">
                    <MessageBadges message={message} />
                    <DeskState state={atDesk[message.id]} />
                  </span>
                  <RelativeTime at={message.createdAt} className="tabular shrink-0 text-xs text-ink-muted" />
                </span>
                <span className="mt-1.5 line-clamp-2 text-sm [overflow-wrap:anywhere]">
                  {summaryOf(message)}
                </span>
                <span className="mt-0.5 block truncate text-xs text-ink-muted">{message.sender.name}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
