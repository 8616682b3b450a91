import { useSearchParams } from "@remix-run/react";
import { useEffect, useState } from "react";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { cx } from "../primitives/cx.ts";
import { type InboxData, inboxHref, type MailboxView } from "./inbox-view.ts";
import { ListPane } from "./list-pane.tsx";
import { MailboxList } from "./mailbox-list.tsx";
import { MessagePane } from "./message-pane.tsx";
import { useInbox } from "./use-inbox.ts";

interface InboxPageProps {
  mailboxes: MailboxView[];
  /** The mailbox that is open: the URL's, or the desk when it names none. */
  inbox: InboxData;
  /** The message that the URL names, when the server found it. */
  message: MessageView | null;
}

/** The pane that is in front where not all of them fit. */
type Front = "mailboxes" | "list" | "message";

/** Three panes on wide screens, two on middling ones, one at a time on a phone; the URL says which. */
export function InboxPage({ mailboxes, inbox, message }: InboxPageProps) {
  const [search] = useSearchParams();
  const front: Front = search.has("message") ? "message" : search.has("agent") ? "list" : "mailboxes";
  // The open mailbox counts on as messages arrive; the others were counted when the page was loaded.
  const [counted, setCounted] = useState<{ id: string; total: number }>();
  return (
    <div className="h-[calc(100dvh-3.5rem)] bg-surface lg:grid lg:h-dvh lg:grid-cols-[21rem_minmax(0,1fr)] xl:grid-cols-[13.5rem_23rem_minmax(0,1fr)]">
      <h1 className="sr-only">Inbox</h1>
      <section
        aria-label="Mailboxes"
        className={cx(
          "scroll-quiet h-full min-h-0 overflow-y-auto bg-canvas lg:border-r xl:block",
          front === "mailboxes" ? "block" : "hidden",
        )}
      >
        <h2 className="flex h-14 items-center px-[1.125rem] text-base font-semibold">Inbox</h2>
        <MailboxList
          mailboxes={mailboxes.map((mailbox) =>
            mailbox.id === counted?.id ? { ...mailbox, total: counted.total } : mailbox,
          )}
          selectedId={inbox.mailbox.id}
          hasDefault={front === "mailboxes"}
        />
      </section>
      <OpenMailbox
        key={inbox.mailbox.id}
        {...{ mailboxes, inbox, front }}
        loaded={message}
        selectedId={search.get("message") ?? undefined}
        search={search}
        onCount={setCounted}
      />
    </div>
  );
}

interface OpenMailboxProps {
  mailboxes: MailboxView[];
  inbox: InboxData;
  front: Front;
  loaded: MessageView | null;
  selectedId: string | undefined;
  search: URLSearchParams;
  onCount: (counted: { id: string; total: number }) => void;
}

function OpenMailbox({ mailboxes, inbox, front, loaded, selectedId, search, onCount }: OpenMailboxProps) {
  const [isReading, setIsReading] = useState(false);
  const liveInbox = useInbox(inbox, isReading);
  const { id } = inbox.mailbox;
  const total = liveInbox.mailboxTotal;
  useEffect(() => onCount({ id, total }), [id, total, onCount]);
  // Every link names the mailbox, also where the URL left it to the default.
  const base = new URLSearchParams(search);
  base.set("agent", inbox.mailbox.id);
  const hrefOf = (changes: Record<string, string | null>) => inboxHref(base, changes);
  const selected =
    selectedId === undefined
      ? undefined
      : (liveInbox.find(selectedId) ?? (loaded?.id === selectedId ? loaded : undefined));
  return (
    <>
      <ListPane
        inbox={inbox}
        liveInbox={liveInbox}
        senders={mailboxes.filter((mailbox) => mailbox.id !== inbox.mailbox.id)}
        selectedId={selectedId}
        hrefOf={hrefOf}
        onReading={setIsReading}
        className={cx(
          "lg:border-r",
          front === "list"
            ? "flex"
            : front === "mailboxes"
              ? "hidden lg:flex lg:border-r-0 xl:border-r"
              : "hidden lg:flex",
        )}
      />
      <MessagePane
        selectedId={selectedId}
        message={selected}
        listName={inbox.mailbox.name}
        listHref={hrefOf({ message: null })}
        hrefOf={(id) => hrefOf({ message: id })}
        className={front === "message" ? "block" : front === "list" ? "hidden lg:block" : "hidden xl:block"}
      />
    </>
  );
}
