import { useSearchParams } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { ComposeButton } from "../compose/compose-button.tsx";
import { cx } from "../primitives/cx.ts";
import { type InboxData, inboxHref, listKey, type MailboxView } from "./inbox-view.ts";
import { ListPane } from "./list-pane.tsx";
import { MailboxFinder, MailboxList } from "./mailbox-list.tsx";
import { MessagePane } from "./message-pane.tsx";
import { useInbox } from "./use-inbox.ts";
import { useMailboxCounts } from "./use-mailbox-counts.ts";
import { useMarkSeen } from "./use-mark-seen.ts";
import { useReading } from "./use-reading.ts";

interface InboxPageProps {
  mailboxes: MailboxView[];
  /** The mailbox that is open: the URL's, or the desk when it names none. */
  inbox: InboxData;
  /** The message that the URL names, when the server found it. */
  message: MessageView | null;
  maySend: boolean;
}

/** The pane that is in front where not all of them fit. */
type Front = "mailboxes" | "list" | "message";

/** What the open mailbox holds by now, and how far it has been seen. */
interface Counted {
  id: string;
  total: number;
  isSeen: boolean;
}

/** Three panes on wide screens, two on middling ones, one at a time on a phone; the URL says which. */
export function InboxPage({ mailboxes: loadedMailboxes, inbox, message, maySend }: InboxPageProps) {
  const [search] = useSearchParams();
  const front: Front = search.has("message") ? "message" : search.has("agent") ? "list" : "mailboxes";
  const mailboxes = useMailboxCounts(loadedMailboxes);
  // The open mailbox counts on with every message, the others from time to time.
  const [counted, setCounted] = useState<Counted>();
  return (
    <div className="h-page bg-surface lg:grid lg:grid-cols-[21rem_minmax(0,1fr)] xl:grid-cols-[13.5rem_23rem_minmax(0,1fr)]">
      <h1 className="sr-only">Inbox</h1>
      <section
        aria-label="Mailboxes"
        className={cx(
          "scroll-quiet h-full min-h-0 overflow-y-auto bg-canvas lg:border-r xl:block",
          front === "mailboxes" ? "block" : "hidden",
        )}
      >
        <div className="flex h-14 items-center gap-2 pl-[1.125rem] pr-2.5">
          <h2 className="flex-1 text-base font-semibold">Mailboxes</h2>
          {maySend && <ComposeButton size="icon-sm" variant="ghost" />}
        </div>
        <MailboxFinder />
        <MailboxList
          mailboxes={mailboxes.map((mailbox) =>
            mailbox.id === counted?.id
              ? { ...mailbox, total: counted.total, unseen: counted.isSeen ? 0 : mailbox.unseen }
              : mailbox,
          )}
          selectedId={inbox.mailbox.id}
          hasDefault={front === "mailboxes"}
        />
      </section>
      <OpenMailbox
        key={listKey(inbox)}
        {...{ mailboxes, inbox, front }}
        loaded={message}
        maySend={maySend}
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
  maySend: boolean;
  selectedId: string | undefined;
  search: URLSearchParams;
  onCount: (counted: Counted) => void;
}

function OpenMailbox({
  mailboxes,
  inbox,
  front,
  loaded,
  maySend,
  selectedId,
  search,
  onCount,
}: OpenMailboxProps) {
  const reading = useReading();
  const liveInbox = useInbox(inbox, reading.isReading || inbox.startsBefore !== null);
  const { id } = inbox.mailbox;
  const total = liveInbox.mailboxTotal;
  const isSeen = useMarkSeen(inbox, liveInbox.window, front !== "mailboxes");
  useEffect(() => onCount({ id, total, isSeen }), [id, total, isSeen, onCount]);
  // Every link names the mailbox, also where the URL left it to the default.
  const base = new URLSearchParams(search);
  base.set("agent", inbox.mailbox.id);
  const hrefOf = (changes: Record<string, string | null>) => inboxHref(base, changes);
  const selected = useSelected(selectedId, liveInbox.find, loaded);
  return (
    <>
      <ListPane
        inbox={inbox}
        liveInbox={liveInbox}
        senders={mailboxes.filter((mailbox) => mailbox.id !== inbox.mailbox.id)}
        selectedId={selectedId}
        selectedSequence={selected?.recipientId === id ? (selected.sequence ?? undefined) : undefined}
        hrefOf={hrefOf}
        reading={reading}
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
        maySend={maySend}
        listName={inbox.mailbox.name}
        listHref={hrefOf({ message: null })}
        hrefOf={(id) => hrefOf({ message: id })}
        className={front === "message" ? "block" : front === "list" ? "hidden lg:block" : "hidden xl:block"}
      />
    </>
  );
}

/** The open message as the list has it, as the server gave it, or as it was when the list still had it. */
function useSelected(
  selectedId: string | undefined,
  find: (messageId: string) => MessageView | undefined,
  loaded: MessageView | null,
): MessageView | undefined {
  const last = useRef<MessageView>();
  if (selectedId === undefined) return undefined;
  const known = find(selectedId) ?? (loaded?.id === selectedId ? loaded : undefined);
  if (known !== undefined) last.current = known;
  return last.current?.id === selectedId ? last.current : undefined;
}
