import { Link, useNavigation, useSearchParams } from "@remix-run/react";
import { ArrowUp, ChevronDown, ChevronLeft, MessageSquareDashed, RotateCw, SearchX, X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { ConnectionState } from "../live/connection-state.tsx";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { InboxFilterBar } from "./inbox-filters.tsx";
import { hasFilters, type InboxData, type MailboxView, mailboxFilterNames } from "./inbox-view.ts";
import { MessageList } from "./message-list.tsx";
import { pageSize, rowCount, sequenceAt } from "./message-window.ts";
import type { LiveInbox } from "./use-inbox.ts";
import type { Reading } from "./use-reading.ts";

interface ListPaneProps {
  inbox: InboxData;
  liveInbox: LiveInbox;
  senders: MailboxView[];
  selectedId: string | undefined;
  selectedSequence: number | undefined;
  hrefOf: (changes: Record<string, string | null>) => string;
  reading: Reading;
  className: string;
}

export function ListPane({
  inbox,
  liveInbox,
  senders,
  selectedId,
  selectedSequence,
  hrefOf,
  reading,
  className,
}: ListPaneProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { mailbox, filters, startsBefore } = inbox;
  const { window, heldCount } = liveInbox;
  const isFiltered = hasFilters(filters);
  const isLeaving = useIsLeaving(mailbox.id);
  const [search] = useSearchParams();
  const keep = { agent: mailbox.id, ...paneFilters(search) };
  const clearHref = `/dashboard/inbox?${new URLSearchParams(keep)}`;

  const showHeld = () => {
    liveInbox.release();
    scroller.current?.scrollTo({ top: 0 });
  };

  return (
    <section aria-label={mailbox.name} className={cx("h-full min-h-0 flex-col bg-surface", className)}>
      <header className="flex h-14 shrink-0 items-center gap-1 border-b pl-2 pr-4 lg:pl-4">
        <Link
          to="/dashboard/inbox"
          aria-label="All mailboxes"
          className="grid size-10 shrink-0 place-items-center rounded text-ink-muted hover:bg-hover hover:text-ink lg:-ml-2 lg:size-8 xl:hidden"
        >
          <ChevronLeft aria-hidden="true" className="size-5" />
        </Link>
        <h2 className="min-w-0 flex-1 truncate text-base font-semibold">{mailbox.name}</h2>
        <ConnectionState live={liveInbox.live} />
      </header>
      <InboxFilterBar keep={keep} filters={filters} senders={senders} />
      <div className="flex h-8 shrink-0 items-center justify-between gap-3 border-b bg-canvas px-3 text-xs text-ink-muted sm:px-4">
        <p className="tabular truncate">
          <ListCount inbox={inbox} liveInbox={liveInbox} />
        </p>
        {isFiltered && (
          <Link
            to={clearHref}
            className="-my-1 inline-flex h-8 shrink-0 items-center gap-1 rounded-sm px-1 hover:text-ink"
          >
            <X aria-hidden="true" className="size-3.5" />
            Clear filters
          </Link>
        )}
      </div>
      <div className="relative min-h-0 flex-1">
        {startsBefore !== null ? (
          <NewPill to={hrefOf({ before: null })}>Newest</NewPill>
        ) : (
          heldCount > 0 && <NewPill onClick={showHeld}>{formatCount(heldCount)} new</NewPill>
        )}
        <div
          ref={scroller}
          aria-busy={isLeaving || undefined}
          className={cx(
            "scroll-quiet h-full overflow-y-auto overscroll-contain transition-opacity",
            isLeaving && "opacity-50",
          )}
          {...reading.handlers}
        >
          {rowCount(window) === 0 && (window.isComplete || window.isWhole) ? (
            <EmptyList filtered={isFiltered} older={startsBefore !== null} clearHref={clearHref} />
          ) : (
            <MessageList
              window={window}
              scroller={scroller}
              selectedId={selectedId}
              selectedSequence={selectedSequence}
              seenThrough={inbox.seenThrough}
              hrefOf={(id) => hrefOf({ message: id })}
              onShow={liveInbox.show}
            />
          )}
          <ListEnd window={window} hrefOf={hrefOf} />
        </div>
        {liveInbox.hasFailed && (
          <div
            role="alert"
            className="absolute inset-x-3 bottom-3 z-10 flex items-center gap-2 rounded-lg bg-surface py-1.5 pl-3.5 pr-1.5 text-sm shadow-overlay"
          >
            <span className="min-w-0 flex-1">Some messages could not be loaded.</span>
            <Button size="sm" icon={<RotateCw className="size-3.5" />} onClick={liveInbox.retry}>
              Try again
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

/** Whether another list of the inbox is being loaded in place of this one. */
function useIsLeaving(mailboxId: string): boolean {
  const { location, state } = useNavigation();
  const [here] = useSearchParams();
  if (state !== "loading" || location.pathname !== "/dashboard/inbox") return false;
  const next = new URLSearchParams(location.search);
  const isChanged = (name: string) => (next.get(name) ?? "") !== (here.get(name) ?? "");
  return (
    (next.get("agent") ?? mailboxId) !== mailboxId || ["type", "status", "from", "before"].some(isChanged)
  );
}

/** What narrows the list of mailboxes, as the URL has it. */
const paneFilters = (search: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    mailboxFilterNames.flatMap((name) => {
      const value = search.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );

function ListCount({ inbox, liveInbox }: { inbox: InboxData; liveInbox: LiveInbox }) {
  const { total, totalIsExact } = inbox.page.pagination;
  const mailboxTotal = liveInbox.mailboxTotal;
  if (!hasFilters(inbox.filters)) return <>{counted(mailboxTotal, "message")}</>;
  const matching = total + liveInbox.arrivedMatches;
  return (
    <>
      {totalIsExact ? formatCount(matching) : `More than ${formatCount(total)}`} of{" "}
      {counted(mailboxTotal, "message")}
    </>
  );
}

const counted = (count: number, noun: string): string =>
  `${formatCount(count)} ${count === 1 ? noun : `${noun}s`}`;

/** Where the list stops although the mailbox does not; without JavaScript that is after every page. */
function ListEnd({ window, hrefOf }: { window: LiveInbox["window"]; hrefOf: ListPaneProps["hrefOf"] }) {
  const link = (before: number) => (
    <div className="flex justify-center py-3">
      <ButtonLink
        to={hrefOf({ before: String(before), message: null })}
        size="sm"
        icon={<ChevronDown className="size-4" />}
      >
        Older messages
      </ButtonLink>
    </div>
  );
  const count = rowCount(window);
  const last = sequenceAt(window, count - 1);
  if (last === undefined) return null;
  if (window.isWhole && last > window.purgedThrough + 1) return link(last);
  const lastDrawn = sequenceAt(window, Math.min(count, pageSize) - 1);
  const hasMore = count > pageSize || !(window.isWhole || window.isComplete);
  return hasMore && lastDrawn !== undefined ? <noscript>{link(lastDrawn)}</noscript> : null;
}

function NewPill({ children, to, onClick }: { children: ReactNode; to?: string; onClick?: () => void }) {
  const look =
    "absolute left-1/2 top-3 z-10 -translate-x-1/2 animate-rise !rounded-full shadow-overlay tabular";
  const icon = <ArrowUp className="size-3.5" />;
  return to === undefined ? (
    <Button variant="primary" size="sm" icon={icon} className={look} onClick={onClick}>
      {children}
    </Button>
  ) : (
    <ButtonLink to={to} variant="primary" size="sm" icon={icon} className={look}>
      {children}
    </ButtonLink>
  );
}

function EmptyList({ filtered, older, clearHref }: { filtered: boolean; older: boolean; clearHref: string }) {
  if (filtered) {
    return (
      <EmptyState
        icon={SearchX}
        title="Nothing matches"
        action={
          <ButtonLink to={clearHref} size="sm">
            Clear filters
          </ButtonLink>
        }
      >
        No message here fits these filters.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={MessageSquareDashed} title={older ? "Nothing older" : "No messages yet"}>
      {older ? "The mailbox begins after this." : "They appear here the moment they are sent."}
    </EmptyState>
  );
}
