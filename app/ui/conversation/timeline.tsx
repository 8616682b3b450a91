import { RotateCw } from "lucide-react";
import { Fragment, type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from "react";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { Button } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { formatCount } from "../primitives/format.ts";
import { useDayOf } from "./clock-time.tsx";
import { MessageCard, TimelineMark } from "./message-card.tsx";
import { withoutParts } from "./thread-state.ts";
import type { LiveThread } from "./use-thread.ts";

interface TimelineProps {
  thread: LiveThread;
  /** The message that the address names. */
  linkedId: string | undefined;
  mayAllow: boolean;
}

/** What was said, in order: how it began, then a part that can be read on at both ends. `j` and `k` move along it. */
export function Timeline({ thread, linkedId, mayAllow }: TimelineProps) {
  const { part } = thread;
  const { opening } = part;
  const messages = withoutParts(part.messages, linkedId);
  const dayOf = useDayOf();
  useSteadyScroll(messages[0]?.id);

  const known = new Map([opening, ...messages].map((message) => [message.id, message]));
  const isOpeningApart = messages[0]?.id !== opening.id;
  const item = (message: MessageView, previous: MessageView | undefined, isLast: boolean) => (
    <TimelineItem key={message.id} message={message} isLast={isLast}>
      <MessageCard
        message={message}
        previous={previous}
        repliedTo={message.replyTo === null ? undefined : known.get(message.replyTo)}
        isLinked={message.id === linkedId}
        hasArrived={part.arrivedIds.has(message.id)}
        mayAllow={mayAllow}
      />
    </TimelineItem>
  );

  return (
    <ol aria-label="Messages" onKeyDown={moveFocus} className="[overflow-anchor:none]">
      {isOpeningApart && item(opening, undefined, false)}
      {part.hasEarlier && (
        <ReadOn
          end="earlier"
          label={hiddenLabel(
            part.countIsExact && !part.hasLater ? part.count - part.messages.length - 1 : undefined,
          )}
          thread={thread}
        />
      )}
      {messages.map((message, index) => {
        const previous = messages[index - 1] ?? (isOpeningApart && !part.hasEarlier ? opening : undefined);
        const day = dayOf(message.createdAt);
        const isNewDay = previous !== undefined && dayOf(previous.createdAt) !== day;
        return (
          <Fragment key={message.id}>
            {isNewDay && <DayMark day={day} />}
            {item(message, previous, index === messages.length - 1 && !part.hasLater)}
          </Fragment>
        );
      })}
      {part.hasLater && <ReadOn end="later" label="Show later messages" thread={thread} />}
    </ol>
  );
}

const hiddenLabel = (count: number | undefined): string =>
  count === undefined || count < 1
    ? "Show earlier messages"
    : `Show earlier messages (${formatCount(count)} hidden)`;

/** A point on the line, with what belongs to it. */
function TimelineItem({
  message,
  isLast,
  children,
}: {
  message: MessageView;
  isLast: boolean;
  children: ReactNode;
}) {
  return (
    <li className="relative flex gap-3 pb-4 sm:gap-4">
      {!isLast && <Line />}
      <TimelineMark message={message} />
      {children}
    </li>
  );
}

const Line = () => <span aria-hidden="true" className="absolute bottom-0 left-4 top-3 w-px bg-line" />;

function DayMark({ day }: { day: string }) {
  return (
    <li className="relative flex items-center gap-3 pb-4 pl-12 text-xs font-medium text-ink-muted sm:pl-[3.25rem]">
      <Line />
      <span suppressHydrationWarning>{day}</span>
      <span aria-hidden="true" className="h-px flex-1 bg-line" />
    </li>
  );
}

/** Where the part stops although the conversation goes on. */
function ReadOn({ end, label, thread }: { end: "earlier" | "later"; label: string; thread: LiveThread }) {
  const hasFailed = thread.failed === end;
  return (
    <li className="relative flex items-center gap-3 pb-4 pl-12 sm:pl-[3.25rem]">
      <span
        aria-hidden="true"
        className="absolute bottom-0 left-4 top-0 w-px border-l border-dashed border-line-strong"
      />
      <Button
        size="sm"
        busy={thread.loading === end}
        icon={hasFailed ? <RotateCw className="size-3.5" /> : undefined}
        onClick={end === "earlier" ? thread.readEarlier : thread.readLater}
        className="needs-script"
      >
        {hasFailed ? "Try again" : label}
      </Button>
      <span role="status" className={cx("text-xs", hasFailed ? "text-bad-ink" : "sr-only")}>
        {hasFailed ? "They could not be loaded." : ""}
      </span>
    </li>
  );
}

/** Keeps what is read where it is while messages are put before it. */
function useSteadyScroll(firstId: string | undefined): void {
  const shown = useRef(firstId);
  const isOther = shown.current !== firstId && shown.current !== undefined;
  // Measured while rendering: the last moment at which the page is as it was.
  const anchor =
    isOther && typeof document !== "undefined" ? document.getElementById(shown.current ?? "") : null;
  const topBefore = anchor?.getBoundingClientRect().top;
  useLayoutEffect(() => {
    shown.current = firstId;
    if (anchor === null || topBefore === undefined || !anchor.isConnected) return;
    const movedBy = anchor.getBoundingClientRect().top - topBefore;
    if (movedBy !== 0) window.scrollBy({ top: movedBy, behavior: "instant" });
  });
}

function moveFocus(event: KeyboardEvent<HTMLOListElement>): void {
  const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
  if (step === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  const cards = [...event.currentTarget.querySelectorAll<HTMLElement>("article")];
  const index = cards.findIndex((card) => card.contains(document.activeElement));
  const next = cards[index + step];
  if (index === -1 || next === undefined) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
