import { Link } from "@remix-run/react";
import { ArrowRight, Braces, CornerDownRight, Link2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { agentPath } from "../agents/agent-words.ts";
import { HoldBadge, useIsHeld } from "../holds/held.tsx";
import { MessageBadges } from "../messages/message-badges.tsx";
import { blockReasons, messageTypes, summaryOf, toneOf } from "../messages/message-words.ts";
import { PartyName } from "../messages/party-name.tsx";
import { PayloadView } from "../messages/payload-view.tsx";
import { tintOf } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { CopyButton } from "../primitives/copy-button.tsx";
import { cx } from "../primitives/cx.ts";
import { JsonView } from "../primitives/json-view.tsx";
import { ClockTime, formatLag } from "./clock-time.tsx";
import { conversationPath } from "./conversation-path.ts";

interface MessageCardProps {
  message: MessageView;
  /** The one before it on the page, to say how long it took. */
  previous: MessageView | undefined;
  /** The one that this replies to, where the page has it. */
  repliedTo: MessageView | undefined;
  /** The page's link leads to this one. */
  isLinked: boolean;
  hasArrived: boolean;
  /** Whether the viewer may give the permission that a blocked message lacked. */
  mayAllow: boolean;
}

/** A message on the timeline: who to whom, what it says laid out for its type or as JSON. */
export function MessageCard({
  message,
  previous,
  repliedTo,
  isLinked,
  hasArrived,
  mayAllow,
}: MessageCardProps) {
  const [isJson, setIsJson] = useState(false);
  const { label } = messageTypes[message.type];
  const isHeld = useIsHeld(message.id);
  const titleId = `${message.id}-title`;
  const isBlocked = message.status === "blocked";
  const lag = previous && formatLag(previous.createdAt, message.createdAt);
  return (
    <article
      id={message.id}
      tabIndex={-1}
      aria-labelledby={titleId}
      className={cx(
        "min-w-0 flex-1 scroll-mt-20 rounded-lg border bg-surface",
        isBlocked && "border-dashed border-line-strong",
        isLinked && "!border-accent ring-1 ring-accent",
        hasArrived && "animate-arrive",
      )}
    >
      <header className="flex items-start gap-2 px-4 pt-3">
        <div className="min-w-0 flex-1">
          <h3 id={titleId} className="flex flex-wrap items-center gap-x-1.5 text-sm text-ink-muted">
            <PartyName party={message.sender} />
            <ArrowRight aria-label="to" className="size-3.5 text-ink-faint" />
            <PartyName party={message.recipient} />
          </h3>
          <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-ink-muted">
            <span className="font-medium">{label}</span>
            <MessageBadges message={message} />
            {isHeld && <HoldBadge />}
            <a href={`#${message.id}`} className="rounded-sm hover:text-ink hover:underline">
              <ClockTime at={message.createdAt} />
            </a>
            {lag && <span className="tabular text-ink-faint">{lag}</span>}
          </p>
        </div>
        <div className="-mr-2 -mt-1 flex shrink-0">
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label="Show as JSON"
            title="Show as JSON"
            aria-pressed={isJson}
            onClick={() => setIsJson(!isJson)}
            className="needs-script aria-pressed:bg-sunken aria-pressed:text-ink"
            icon={<Braces className="size-4" />}
          />
          <CopyButton
            value={absolute(conversationPath(message.correlationId, message.id))}
            label="Copy link to message"
            icon={<Link2 className="size-4" />}
            className="needs-script"
          />
        </div>
      </header>
      <div className="px-4 pb-4 pt-3">
        {message.replyTo && <ReplyLine message={message} repliedTo={repliedTo} />}
        {isJson ? (
          <JsonView value={message} copyLabel="Copy message" />
        ) : (
          <PayloadView message={message} density="compact" />
        )}
        {message.reason && (
          <Refusal message={message}>
            {isBlocked && mayAllow && message.reason === "no_allowlist_edge" && (
              <Link to={agentPath(message.senderId)} className="font-medium underline hover:no-underline">
                Allow it on {message.sender.name}’s page
              </Link>
            )}
          </Refusal>
        )}
      </div>
    </article>
  );
}

/** Why a message was not delivered, and what can be done. */
function Refusal({ message, children }: { message: MessageView; children: ReactNode }) {
  return (
    <p className={cx("mt-4 rounded px-3 py-2 text-sm", tintOf("bad"))}>
      {blockReasons[message.reason ?? ""] ?? message.reason} {children}
    </p>
  );
}

/** What a message replies to, in a line that leads there. */
function ReplyLine({ message, repliedTo }: { message: MessageView; repliedTo: MessageView | undefined }) {
  if (message.replyTo === null) return null;
  const look =
    "-mx-1 mb-3 flex items-center gap-1.5 rounded-sm px-1 py-0.5 text-xs text-ink-muted hover:bg-hover hover:text-ink";
  const mark = <CornerDownRight aria-hidden="true" className="size-3.5 shrink-0 text-ink-faint" />;
  if (repliedTo === undefined) {
    return (
      <Link to={conversationPath(message.correlationId, message.replyTo)} className={look}>
        {mark}
        In reply to an earlier message
      </Link>
    );
  }
  return (
    <a href={`#${repliedTo.id}`} className={look}>
      {mark}
      <span className="shrink-0">
        In reply to {repliedTo.sender.name}
        <span className="sr-only">: </span>
      </span>
      <span className="min-w-0 truncate text-ink-faint">{summaryOf(repliedTo)}</span>
    </a>
  );
}

/** The point on the timeline's line that stands for a message's type. */
export function TimelineMark({ message }: { message: MessageView }) {
  const { icon: Icon } = messageTypes[message.type];
  return (
    <span
      aria-hidden="true"
      className={cx(
        "relative mt-2.5 grid size-8 shrink-0 place-items-center rounded-full ring-4 ring-canvas",
        tintOf(message.status === "blocked" ? "bad" : toneOf(message)),
      )}
    >
      <Icon className="size-4" strokeWidth={1.85} />
    </span>
  );
}

/** A link that works where it is pasted. Only buttons use it, so that the server's lacks the origin harmlessly. */
export const absolute = (path: string): string =>
  typeof window === "undefined" ? path : new URL(path, window.location.href).href;
