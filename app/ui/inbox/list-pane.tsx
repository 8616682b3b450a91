import { Link } from "@remix-run/react";
import { ArrowUp, ChevronLeft, MessageSquareDashed, SearchX } from "lucide-react";
import { type UIEvent, useEffect, useRef } from "react";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { EmptyState } from "../primitives/empty-state.tsx";
import { Pagination } from "../primitives/pagination.tsx";
import { ConnectionState } from "./connection-state.tsx";
import { InboxFilterBar } from "./inbox-filters.tsx";
import { hasFilters, type InboxData, type MailboxView } from "./inbox-view.ts";
import { MessageList } from "./message-list.tsx";
import type { LiveInbox } from "./use-inbox.ts";

interface ListPaneProps {
  inbox: InboxData;
  liveInbox: LiveInbox;
  senders: MailboxView[];
  selectedId: string | undefined;
  hrefOf: (changes: Record<string, string | null>) => string;
  /** Whether the list is scrolled away from its top. */
  onReading: (isReading: boolean) => void;
  className: string;
}

/** Scrolled further than this, somebody is reading. */
const topPx = 24;

export function ListPane({
  inbox,
  liveInbox,
  senders,
  selectedId,
  hrefOf,
  onReading,
  className,
}: ListPaneProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { mailbox, page, filters } = inbox;
  const { messages, heldCount } = liveInbox;
  const { page: pageNumber, limit } = page.pagination;

  // A link to a message opens the list where it is.
  useEffect(() => {
    scroller.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, []);

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
      <InboxFilterBar mailboxId={mailbox.id} filters={filters} senders={senders} />
      <div className="relative min-h-0 flex-1">
        {heldCount > 0 && (
          <NewPill
            count={heldCount}
            {...(pageNumber > 1 ? { to: hrefOf({ page: null }) } : { onClick: showHeld })}
          />
        )}
        <div
          ref={scroller}
          className="scroll-quiet h-full overflow-y-auto"
          onScroll={(event: UIEvent<HTMLDivElement>) => onReading(event.currentTarget.scrollTop > topPx)}
        >
          {messages.length === 0 ? (
            <EmptyList filtered={hasFilters(filters)} clearHref={`/dashboard/inbox?agent=${mailbox.id}`} />
          ) : (
            <MessageList
              messages={messages}
              arrivedIds={liveInbox.arrivedIds}
              selectedId={selectedId}
              hrefOf={(id) => hrefOf({ message: id })}
            />
          )}
        </div>
      </div>
      <div className="shrink-0 border-t empty:border-0">
        <Pagination
          page={pageNumber}
          limit={limit}
          total={liveInbox.total}
          isExact={page.pagination.totalIsExact}
          noun="messages"
          hrefOf={(number) => hrefOf({ page: number === 1 ? null : String(number), message: null })}
        />
      </div>
    </section>
  );
}

function NewPill({ count, to, onClick }: { count: number; to?: string; onClick?: () => void }) {
  const look = "absolute left-1/2 top-3 z-10 -translate-x-1/2 animate-rise !rounded-full shadow-overlay";
  const icon = <ArrowUp className="size-3.5" />;
  const words = `${count} new`;
  return to === undefined ? (
    <Button variant="primary" size="sm" icon={icon} className={look} onClick={onClick}>
      {words}
    </Button>
  ) : (
    <ButtonLink to={to} variant="primary" size="sm" icon={icon} className={look}>
      {words}
    </ButtonLink>
  );
}

function EmptyList({ filtered, clearHref }: { filtered: boolean; clearHref: string }) {
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
    <EmptyState icon={MessageSquareDashed} title="No messages yet">
      They appear here the moment they are sent.
    </EmptyState>
  );
}
