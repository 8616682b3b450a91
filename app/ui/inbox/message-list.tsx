import { Link } from "@remix-run/react";
import type { KeyboardEvent } from "react";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { hasBadges, MessageBadges, TypeTile } from "../messages/message-badges.tsx";
import { messageTypes, summaryOf } from "../messages/message-words.ts";
import { cx } from "../primitives/cx.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";

interface MessageListProps {
  messages: MessageView[];
  arrivedIds: ReadonlySet<string>;
  selectedId: string | undefined;
  hrefOf: (messageId: string) => string;
}

/** Messages, newest first. Up and down (or k and j) move between them. */
export function MessageList({ messages, arrivedIds, selectedId, hrefOf }: MessageListProps) {
  return (
    <ol aria-label="Messages" onKeyDown={moveFocus}>
      {messages.map((message) => (
        <li key={message.id} className={cx("border-b", arrivedIds.has(message.id) && "animate-arrive")}>
          <MessageRow message={message} selected={message.id === selectedId} href={hrefOf(message.id)} />
        </li>
      ))}
    </ol>
  );
}

const steps: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

function moveFocus(event: KeyboardEvent<HTMLOListElement>): void {
  const step = steps[event.key];
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const links: Element[] = [...event.currentTarget.querySelectorAll("a")];
  const index = document.activeElement === null ? -1 : links.indexOf(document.activeElement);
  const next = links[index + step];
  if (index === -1 || !(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}

function MessageRow({ message, selected, href }: { message: MessageView; selected: boolean; href: string }) {
  return (
    <Link
      to={href}
      preventScrollReset
      aria-current={selected ? "true" : undefined}
      className={cx(
        "flex gap-3 px-3 py-3 transition-colors [outline-offset:-2px] sm:px-4",
        selected ? "bg-sunken shadow-[inset_3px_0_0_rgb(var(--accent))]" : "hover:bg-hover",
      )}
    >
      <TypeTile message={message} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline justify-between gap-3">
          <span className="truncate text-sm">
            <span className="font-semibold">{message.sender.name}</span>
            <span className="ml-2 text-xs text-ink-muted">{messageTypes[message.type].label}</span>
          </span>
          <RelativeTime at={message.createdAt} className="tabular shrink-0 text-xs text-ink-muted" />
        </span>
        <span className="mt-0.5 line-clamp-2 text-sm text-ink [overflow-wrap:anywhere]">
          {summaryOf(message)}
        </span>
        {hasBadges(message) && (
          <span className="mt-1.5 flex flex-wrap gap-1">
            <MessageBadges message={message} />
          </span>
        )}
      </span>
    </Link>
  );
}
