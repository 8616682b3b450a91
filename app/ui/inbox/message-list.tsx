import { Link } from "@remix-run/react";
import {
  type KeyboardEvent,
  memo,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { hasBadges, MessageBadges, TypeTile } from "../messages/message-badges.tsx";
import { messageTypes, summaryOf } from "../messages/message-words.ts";
import { cx } from "../primitives/cx.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { type MessageWindow, type Rows, rowCount, rowOf, sequenceAt } from "./message-window.ts";
import { rowHeight, rowRem, useVisibleRows } from "./use-visible-rows.ts";

interface MessageListProps {
  window: MessageWindow;
  scroller: RefObject<HTMLDivElement | null>;
  selectedId: string | undefined;
  /** The selected message's sequence, where it is one of this mailbox. */
  selectedSequence: number | undefined;
  /** Messages up to here had been seen before this visit. */
  seenThrough: number;
  hrefOf: (messageId: string) => string;
  onShow: (rows: Rows) => void;
}

/**
 * Messages, newest first, of which only those in view are drawn. One stop for Tab; up and down (or
 * k and j), Page Up and Down, Home and End move along it.
 */
export function MessageList({
  window,
  scroller,
  selectedId,
  selectedSequence,
  seenThrough,
  hrefOf,
  onShow,
}: MessageListProps) {
  const list = useRef<HTMLOListElement>(null);
  const visible = useVisibleRows(scroller);
  const count = rowCount(window);
  const openedIds = useOpened(selectedId);
  /** Those that were tinted as new once; scrolled away and back they are not. */
  const tinted = useRef(new Set<number>());
  const { activeRow, setActive, moveFocus, isScripted } = useListFocus({
    list,
    scroller,
    window,
    selectedSequence,
    visible,
  });

  useEffect(
    () => onShow({ first: visible.first, last: Math.min(visible.last, count - 1) }),
    [visible, count, onShow],
  );

  // A link to a message opens the list where it is.
  const startsAt = useRef(selectedSequence);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || startsAt.current === undefined) return;
    const row = rowOf(window, startsAt.current);
    startsAt.current = undefined;
    const top = row * rowHeight();
    if (row >= 0 && top + rowHeight() > element.clientHeight)
      element.scrollTop = top - (element.clientHeight - rowHeight()) / 2;
  }, [scroller, window]);

  const rows: number[] = [];
  for (let row = visible.first; row <= Math.min(visible.last, count - 1); row += 1) rows.push(row);
  // The row with the focus is drawn wherever it is, so that scrolling does not take the focus away.
  if (activeRow < visible.first && activeRow >= 0) rows.unshift(activeRow);
  else if (activeRow > visible.last && activeRow < count) rows.push(activeRow);

  return (
    <ol
      ref={list}
      aria-label="Messages"
      onKeyDown={moveFocus}
      className="relative [contain:strict] [overflow-anchor:none]"
      // Without JavaScript the list is what the server has drawn.
      style={{ height: `${(isScripted ? count : Math.min(count, visible.last + 1)) * rowRem}rem` }}
    >
      {rows.map((row) => {
        const sequence = sequenceAt(window, row) ?? 0;
        const message = window.messages.get(sequence);
        return (
          <li
            key={sequence}
            aria-setsize={count}
            aria-posinset={row + 1}
            aria-busy={message === undefined || undefined}
            onFocus={() => setActive(sequence)}
            onAnimationEnd={() => tinted.current.add(sequence)}
            className={cx(
              "absolute inset-x-0 h-20 border-b",
              sequence > window.openedThrough && !tinted.current.has(sequence) && "animate-arrive",
            )}
            style={{ top: `${row * rowRem}rem` }}
          >
            {message === undefined ? (
              <RowSkeleton />
            ) : (
              <MessageRow
                message={message}
                selected={message.id === selectedId}
                isUnseen={sequence > seenThrough && !openedIds.has(message.id)}
                href={hrefOf(message.id)}
                tabIndex={!isScripted || row === activeRow ? 0 : -1}
              />
            )}
          </li>
        );
      })}
    </ol>
  );
}

/** The messages that were opened on this visit. */
function useOpened(selectedId: string | undefined): ReadonlySet<string> {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (selectedId !== undefined) setOpened((before) => new Set(before).add(selectedId));
  }, [selectedId]);
  return opened;
}

interface ListFocusOptions {
  list: RefObject<HTMLOListElement>;
  scroller: RefObject<HTMLDivElement | null>;
  window: MessageWindow;
  selectedSequence: number | undefined;
  visible: Rows;
}

/** Where the focus is in a list that is drawn in part, and how keys move it. */
function useListFocus({ list, scroller, window, selectedSequence, visible }: ListFocusOptions) {
  const [active, setActive] = useState<number>();
  const [isScripted, setIsScripted] = useState(false);
  /** The row that gets the focus as soon as it is drawn. */
  const wanted = useRef<number>();
  useEffect(() => setIsScripted(true), []);

  const rowIn = (sequence: number | undefined): number =>
    sequence === undefined ? -1 : rowOf(window, sequence);
  const focused = rowIn(active);
  const selected = rowIn(selectedSequence);
  const isNear = (row: number): boolean => row >= visible.first && row <= visible.last;
  const hasFocus = focused >= 0 && list.current?.contains(document.activeElement) === true;
  const inView = firstInView(scroller.current);
  const activeRow = hasFocus || isNear(focused) ? focused : isNear(selected) ? selected : inView;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (wanted.current === undefined || element === null) return;
    const item = list.current?.querySelector(`[aria-posinset="${rowOf(window, wanted.current) + 1}"] a`);
    if (!(item instanceof HTMLElement)) return;
    wanted.current = undefined;
    item.focus({ preventScroll: true });
  });

  function moveFocus(event: KeyboardEvent<HTMLOListElement>): void {
    const element = scroller.current;
    if (element === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const height = rowHeight();
    const page = Math.max(1, Math.floor(element.clientHeight / height) - 1);
    const row = nextRow(event.key, activeRow, rowCount(window) - 1, page);
    if (row === undefined) return;
    event.preventDefault();
    const sequence = sequenceAt(window, row);
    if (sequence === undefined) return;
    const top = row * height;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + element.clientHeight)
      element.scrollTop = top + height - element.clientHeight;
    wanted.current = sequence;
    setActive(sequence);
  }

  return { activeRow, setActive, moveFocus, isScripted };
}

const firstInView = (scroller: HTMLElement | null): number =>
  scroller === null ? 0 : Math.ceil(scroller.scrollTop / rowHeight());

function nextRow(key: string, row: number, last: number, page: number): number | undefined {
  switch (key) {
    case "ArrowDown":
    case "j":
      return Math.min(last, row + 1);
    case "ArrowUp":
    case "k":
      return Math.max(0, row - 1);
    case "PageDown":
      return Math.min(last, row + page);
    case "PageUp":
      return Math.max(0, row - page);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return undefined;
  }
}

interface MessageRowProps {
  message: MessageView;
  selected: boolean;
  isUnseen: boolean;
  href: string;
  tabIndex: number;
}

const MessageRow = memo(function MessageRow({
  message,
  selected,
  isUnseen,
  href,
  tabIndex,
}: MessageRowProps) {
  return (
    <Link
      to={href}
      preventScrollReset
      tabIndex={tabIndex}
      aria-current={selected ? "true" : undefined}
      className={cx(
        "flex h-full gap-3 px-3 py-2 transition-colors [outline-offset:-2px] sm:px-4",
        selected ? "bg-sunken shadow-[inset_3px_0_0_rgb(var(--accent))]" : "hover:bg-hover",
      )}
    >
      <TypeTile message={message} className="mt-0.5" />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline justify-between gap-3">
          <span className={cx("truncate text-sm", isUnseen ? "font-semibold" : "font-medium")}>
            {message.sender.name}
          </span>
          <RelativeTime at={message.createdAt} className="tabular shrink-0 text-xs text-ink-muted" />
        </span>
        <span className="flex items-center gap-2">
          <span className="min-w-0 flex-1 truncate text-sm text-ink">{summaryOf(message)}</span>
          {isUnseen && (
            <span className="size-2 shrink-0 rounded-full bg-accent">
              <span className="sr-only">New</span>
            </span>
          )}
        </span>
        <span className="mt-0.5 flex h-5 items-center gap-1.5 overflow-hidden">
          <span className="truncate text-xs text-ink-muted">{messageTypes[message.type].label}</span>
          {hasBadges(message) && <MessageBadges message={message} />}
        </span>
      </span>
    </Link>
  );
});

function RowSkeleton() {
  return (
    <div className="flex h-full gap-3 px-3 py-2 sm:px-4">
      <Skeleton className="mt-0.5 !size-8 shrink-0 !rounded" />
      <div className="min-w-0 flex-1 space-y-2 pt-1">
        <div className="flex justify-between gap-6">
          <Skeleton className="h-3 w-28" />
          <Skeleton className="h-3 w-12" />
        </div>
        <Skeleton className="h-3 w-11/12" />
        <Skeleton className="h-3 w-20" />
      </div>
    </div>
  );
}
