import { useLocation } from "@remix-run/react";
import { ArrowDown, Link2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Thread } from "#app/domain/messaging/schema.ts";
import type { HoldView } from "#app/domain/retention/schema.ts";
import { HeldMessages, HoldBadge } from "../holds/held.tsx";
import { HoldControl } from "../holds/hold-control.tsx";
import { ConnectionState } from "../live/connection-state.tsx";
import { messageTypes } from "../messages/message-words.ts";
import { Button } from "../primitives/button.tsx";
import { CodeId } from "../primitives/code-id.tsx";
import { CopyButton } from "../primitives/copy-button.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatCount } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { conversationPath } from "./conversation-path.ts";
import { ConversationReply } from "./conversation-reply.tsx";
import { absolute } from "./message-card.tsx";
import { ParticipantStrip, Participants } from "./participants.tsx";
import { subjectOf } from "./subject.ts";
import type { ThreadPart } from "./thread-state.ts";
import { Timeline } from "./timeline.tsx";
import { useAtEnd } from "./use-at-end.ts";
import { useThread } from "./use-thread.ts";

interface ConversationPageProps {
  correlationId: string;
  linkedId: string | null;
  thread: Thread;
  mayAllow: boolean;
  maySend: boolean;
  /** What keeps it, or messages in it. */
  holds: HoldView[];
  mayHold: boolean;
}

/** A conversation: what it is about, who takes part, and what was said. */
export function ConversationPage({
  correlationId,
  linkedId,
  thread: loaded,
  mayAllow,
  maySend,
  holds,
  mayHold,
}: ConversationPageProps) {
  const thread = useThread(correlationId, loaded);
  const { part } = thread;
  const end = useRef<HTMLDivElement>(null);
  const atEnd = useAtEnd(end, part.messages.at(-1)?.id);
  const shownId = useLinkedMessage(linkedId);

  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title={<span className="line-clamp-3">{subjectOf(part.opening)}</span>}
        description={
          <>
            <Started part={part} />
            {holds.some(({ messageId }) => messageId === null) && (
              <p className="mt-2">
                <HoldBadge />
              </p>
            )}
            <ParticipantStrip participants={part.participants} className="mt-3 lg:hidden" />
          </>
        }
        actions={
          <>
            <span className="mr-1 flex h-8 items-center">
              <ConnectionState live={thread.live} />
            </span>
            {mayHold && <HoldControl target={{ correlationId }} holds={holds} />}
            <CopyButton
              value={absolute(conversationPath(correlationId))}
              label="Copy link"
              showLabel
              variant="secondary"
              icon={<Link2 className="size-4" />}
              className="needs-script"
            />
          </>
        }
      />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_18rem]">
        <div className="space-y-6 max-lg:hidden lg:sticky lg:top-[calc(var(--shell-top)+2rem)] lg:order-last">
          <Panel title="Participants">
            <Participants participants={part.participants} />
          </Panel>
          <Panel title="Conversation">
            <ConversationFacts part={part} correlationId={correlationId} />
          </Panel>
        </div>
        <div className="min-w-0">
          <HeldMessages holds={holds}>
            <Timeline thread={thread} linkedId={shownId} mayAllow={mayAllow} />
          </HeldMessages>
          <div ref={end} />
          {maySend && <ConversationReply part={part} correlationId={correlationId} />}
        </div>
      </div>
      <JumpToEnd atEnd={atEnd} hasLater={part.hasLater} />
    </div>
  );
}

function Started({ part }: { part: ThreadPart }) {
  const { opening } = part;
  return (
    <p>
      {messageTypes[opening.type].label} from {opening.sender.name}, <RelativeTime at={opening.createdAt} />
    </p>
  );
}

function ConversationFacts({ part, correlationId }: { part: ThreadPart; correlationId: string }) {
  const last = part.messages.at(-1);
  return (
    <Facts>
      <Fact name="Messages">
        <span className="tabular">
          {formatCount(part.count)}
          {part.countIsExact ? "" : "+"}
        </span>
      </Fact>
      <Fact name="Began">
        <RelativeTime at={part.opening.createdAt} />
      </Fact>
      {last && !part.hasLater && (
        <Fact name="Last message">
          <RelativeTime at={last.createdAt} />
        </Fact>
      )}
      <Fact name="Id">
        <CodeId id={correlationId} label="Copy conversation id" />
      </Fact>
    </Facts>
  );
}

/** Leads to the end, and says how much has come there meanwhile. */
function JumpToEnd({ atEnd, hasLater }: { atEnd: ReturnType<typeof useAtEnd>; hasLater: boolean }) {
  const { isThere, missed, go } = atEnd;
  return (
    <div className="pointer-events-none sticky bottom-4 z-10 flex justify-center">
      {!isThere && !hasLater && (
        <Button
          variant={missed > 0 ? "primary" : "secondary"}
          size="sm"
          icon={<ArrowDown className="size-3.5" />}
          onClick={go}
          className="needs-script tabular pointer-events-auto animate-rise !rounded-full shadow-overlay"
        >
          {missed > 0 ? `${formatCount(missed)} new` : "Latest"}
        </Button>
      )}
      <span role="status" className="sr-only">
        {missed > 0 ? `${missed} new ${missed === 1 ? "message" : "messages"}` : ""}
      </span>
    </div>
  );
}

/** The message that the address names, by its hash or its query; the latter is brought into view. */
function useLinkedMessage(linkedId: string | null): string | undefined {
  const { hash } = useLocation();
  const [isReady, setIsReady] = useState(false);
  useEffect(() => {
    setIsReady(true);
    if (linkedId === null || window.location.hash !== "") return;
    document.getElementById(linkedId)?.scrollIntoView({ block: "center" });
  }, [linkedId]);
  // The server is not told the hash.
  return isReady && hash !== "" ? hash.slice(1) : (linkedId ?? undefined);
}
