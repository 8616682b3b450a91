import { Link } from "@remix-run/react";
import { ArrowRight, MessagesSquare } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { conversationPath } from "../conversation/conversation-path.ts";
import { HoldBadge, useMessageHolds } from "../holds/held.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { CodeId } from "../primitives/code-id.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatCount } from "../primitives/format.ts";
import { JsonView } from "../primitives/json-view.tsx";
import { ExactTime, RelativeTime } from "../primitives/relative-time.tsx";
import { Tabs } from "../primitives/tabs.tsx";
import { useInBrowser } from "../use-in-browser.ts";
import { MessageBadges, TypeTile } from "./message-badges.tsx";
import { blockReasons, messageTypes, priorities } from "./message-words.ts";
import { PartyName } from "./party-name.tsx";
import { PayloadView } from "./payload-view.tsx";

// What holds the message is asked for in the browser, and so is the way to change it.
const HoldControl = lazy(() =>
  import("../holds/hold-control.tsx").then(
    (module) => ({ default: module.HoldControl }),
    () => ({ default: () => null }),
  ),
);

const views = [
  { value: "message", label: "Message" },
  { value: "json", label: "JSON" },
] as const;

interface MessageDetailProps {
  message: MessageView;
  /** The URL of another message, for the one that this replies to. */
  hrefOf: (messageId: string) => string;
}

/** One message: who, when, what it says laid out for its type or as JSON, and what became of it. */
export function MessageDetail({ message, hrefOf }: MessageDetailProps) {
  const hold = useMessageHolds(message.id);
  const [view, setView] = useState<(typeof views)[number]["value"]>("message");
  const inBrowser = useInBrowser();
  return (
    <article aria-labelledby="message-title">
      <header className="mb-5 flex flex-wrap items-start gap-3 sm:flex-nowrap">
        <TypeTile message={message} className="!size-10" />
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <h2 id="message-title" className="text-lg font-semibold">
              {messageTypes[message.type].label}
            </h2>
            <MessageBadges message={message} always />
            {hold && hold.holds.length > 0 && <HoldBadge />}
          </div>
          <p className="mt-1 flex flex-wrap items-center gap-x-1.5 text-sm text-ink-muted">
            <PartyName party={message.sender} />
            <ArrowRight aria-label="to" className="size-3.5 text-ink-faint" />
            <PartyName party={message.recipient} />
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
      <Tabs label="How to show the message" tabs={views} value={view} onChange={setView}>
        {view === "message" ? (
          <>
            <PayloadView message={message} />
            <hr className="my-6" />
            <Envelope message={message} hrefOf={hrefOf} />
            {hold?.mayHold && (
              <div className="mt-5 flex min-h-9">
                {inBrowser && (
                  <Suspense>
                    <HoldControl target={{ messageId: message.id }} holds={hold.holds} />
                  </Suspense>
                )}
              </div>
            )}
          </>
        ) : (
          <JsonView value={message} copyLabel="Copy message" />
        )}
      </Tabs>
    </article>
  );
}

function Envelope({ message, hrefOf }: MessageDetailProps) {
  return (
    <section aria-label="Envelope">
      <Facts>
        <Fact name="Sent">
          <ExactTime at={message.createdAt} />
        </Fact>
        {message.deliveredAt && (
          <Fact name="Delivered">
            <ExactTime at={message.deliveredAt} />
          </Fact>
        )}
        {message.expiresAt && (
          <Fact name={message.status === "expired" ? "Expired" : "Expires"}>
            <ExactTime at={message.expiresAt} />
          </Fact>
        )}
        {message.reason && <Fact name="Why">{blockReasons[message.reason] ?? message.reason}</Fact>}
        <Fact name="Priority">{priorities[message.priority].label}</Fact>
        {message.sequence !== null && (
          <Fact name="Sequence">
            <span className="tabular">{formatCount(message.sequence)}</span>
          </Fact>
        )}
        <Fact name="Conversation">
          <CodeId id={message.correlationId} label="Copy conversation id" />
        </Fact>
        {message.replyTo && (
          <Fact name="In reply to">
            <Link to={hrefOf(message.replyTo)} className="font-mono text-xs text-accent-ink hover:underline">
              {message.replyTo}
            </Link>
          </Fact>
        )}
        <Fact name="Message">
          <CodeId id={message.id} label="Copy message id" />
        </Fact>
      </Facts>
    </section>
  );
}
