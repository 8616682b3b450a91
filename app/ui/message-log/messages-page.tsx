import { useNavigate, useRevalidator, useSearchParams } from "@remix-run/react";
import { ArrowUp, MessagesSquare, Search, SearchX } from "lucide-react";
import { useEffect, useRef } from "react";
import type { MessageList } from "#app/domain/messaging/message-list-schema.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { ConnectionState } from "../live/connection-state.tsx";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { ExactTime } from "../primitives/relative-time.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { MessageDrawer } from "./message-drawer.tsx";
import { hasFilters, MessageFilterBar, type Sender } from "./message-filter-bar.tsx";
import { MessageTable } from "./message-table.tsx";
import { type MessageFilters, type MessagePlace, messagesHref } from "./messages-href.ts";
import { MessagesTabs } from "./messages-tabs.tsx";
import { useNewMessages } from "./use-new-messages.ts";
import { useSearchOn } from "./use-search-on.ts";

interface MessagesPageProps {
  list: MessageList;
  filters: MessageFilters;
  place: MessagePlace;
  /** Who may be named in the filters. */
  parties: Sender[];
  /** The message that the URL names, when the server found it. */
  message: MessageView | null;
}

/** Everything that was sent, refused or lost: the list behind the figures. */
export function MessagesPage({ list, filters, place, parties, message: loaded }: MessagesPageProps) {
  const navigate = useNavigate();
  const [search] = useSearchParams();
  // Opening a message loads nothing, so the URL is ahead of the data.
  const openId = search.get("message") ?? undefined;
  const open = [...list.messages, ...(loaded ? [loaded] : [])].find(({ id }) => id === openId);
  const here = { ...filters, before: place.before, after: place.after };
  const isNewest = place.before === undefined && place.after === undefined;
  const news = useNewMessages({ isNewest, isReading: openId !== undefined });
  const isSearchingOn = useSearchOn(list, filters);
  useLookUp(openId !== undefined && open === undefined ? openId : undefined);

  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Messages"
        description="All that your agents and people have sent, and what became of it."
        actions={
          <>
            <ConnectionState live={news.live} />
            <ExportMenu filters={filters} />
          </>
        }
      />
      <MessagesTabs here="all" />
      <MessageFilterBar filters={filters} parties={parties} />
      <div className="relative mt-4" {...news.readingProps}>
        {news.hasNew && (
          <Button
            variant="primary"
            size="sm"
            icon={<ArrowUp className="size-3.5" />}
            className="sticky top-20 z-20 mx-auto -mb-10 !flex -translate-y-1/2 !rounded-full shadow-overlay sm:-mb-7"
            onClick={news.show}
          >
            {/* Whether they fit the filters only the server can tell. */}
            {hasFilters(filters) ? "Check for new ones" : "New messages"}
          </Button>
        )}
        <Panel flush>
          {list.messages.length === 0 ? (
            <NoMessages list={list} filters={filters} isSearchingOn={isSearchingOn} />
          ) : (
            <MessageTable
              messages={list.messages}
              openId={openId}
              hrefOf={(id) => messagesHref({ ...here, message: id })}
            />
          )}
        </Panel>
      </div>
      <Turner list={list} filters={filters} />
      <MessageDrawer
        isOpen={openId !== undefined}
        message={open}
        onClose={() => navigate(messagesHref(here), { preventScrollReset: true })}
        hrefOf={(id) => messagesHref({ ...here, message: id })}
      />
    </div>
  );
}

/** The URL names a message that the page does not hold, as where a reply leads: the server is asked, once. */
function useLookUp(messageId: string | undefined): void {
  const { revalidate } = useRevalidator();
  const asked = useRef<string>();
  useEffect(() => {
    if (messageId === undefined || asked.current === messageId) return;
    asked.current = messageId;
    revalidate();
  }, [messageId, revalidate]);
}

interface NoMessagesProps {
  list: MessageList;
  filters: MessageFilters;
  isSearchingOn: boolean;
}

function NoMessages({ list, filters, isSearchingOn }: NoMessagesProps) {
  if (list.searchedTo !== null && isSearchingOn)
    return (
      <EmptyState
        icon={Search}
        title="Searching further back"
        action={
          <ButtonLink to={messagesHref()} size="sm">
            Clear filters
          </ButtonLink>
        }
      >
        <span role="status">
          Nothing since <ExactTime at={list.searchedTo} />.
        </span>
      </EmptyState>
    );
  if (list.searchedTo !== null)
    return (
      <EmptyState
        icon={SearchX}
        title="Nothing matches so far"
        action={<SearchFurther list={list} filters={filters} />}
      >
        No message since <ExactTime at={list.searchedTo} /> fits these filters.
      </EmptyState>
    );
  if (hasFilters(filters) || list.newer !== null)
    return (
      <EmptyState
        icon={SearchX}
        title="Nothing matches"
        action={
          <ButtonLink to={messagesHref()} size="sm">
            Clear filters
          </ButtonLink>
        }
      >
        No message fits these filters.
      </EmptyState>
    );
  return (
    <EmptyState icon={MessagesSquare} title="No messages yet">
      They show here as soon as an agent sends the first.
    </EmptyState>
  );
}

/** The way to what is newer and older. */
function Turner({ list, filters }: { list: MessageList; filters: MessageFilters }) {
  const { messages, newer, older, searchedTo } = list;
  if (messages.length === 0 && newer === null) return null;
  const isWhole = newer === null && older === null;
  return (
    <nav
      aria-label="Pages"
      className="mt-3 flex min-h-10 flex-wrap items-center justify-between gap-3 px-1 sm:min-h-8"
    >
      <p className="tabular text-xs text-ink-muted">
        {isWhole ? (
          `${messages.length} ${messages.length === 1 ? "message" : "messages"}`
        ) : searchedTo !== null && messages.length > 0 ? (
          <>
            Looked back to <ExactTime at={searchedTo} />
          </>
        ) : null}
      </p>
      <div className="flex gap-2">
        {newer !== null && (
          <>
            <ButtonLink to={messagesHref(filters)} size="sm" variant="ghost">
              Newest
            </ButtonLink>
            <ButtonLink to={messagesHref({ ...filters, after: newer })} size="sm">
              Newer
            </ButtonLink>
          </>
        )}
        {older !== null &&
          (searchedTo === null ? (
            <ButtonLink to={messagesHref({ ...filters, before: older })} size="sm">
              Older
            </ButtonLink>
          ) : (
            messages.length > 0 && <SearchFurther list={list} filters={filters} />
          ))}
      </div>
    </nav>
  );
}

/** The page was not filled because a request looks through so many messages and no more. */
function SearchFurther({ list, filters }: { list: MessageList; filters: MessageFilters }) {
  if (list.older === null) return null;
  return (
    <ButtonLink to={messagesHref({ ...filters, before: list.older })} size="sm">
      Search further back
    </ButtonLink>
  );
}
