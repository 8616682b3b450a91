import { Link, useSearchParams } from "@remix-run/react";
import { Inbox, type LucideIcon, SearchX, UserRound } from "lucide-react";
import { useEffect, useRef } from "react";
import type { MailboxKind } from "#db/ids.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { EmptyState } from "../primitives/empty-state.tsx";
import { FilterBar, FilterSearch, FilterToggle } from "../primitives/filter-bar.tsx";
import { formatCompact } from "../primitives/format.ts";
import { findMailboxes, inboxHref, type MailboxView, mailboxFilterNames } from "./inbox-view.ts";

const groups: { title: string; kinds: MailboxKind[] }[] = [
  { title: "People", kinds: ["desk", "member"] },
  { title: "Agents", kinds: ["agent"] },
];

const icons: Partial<Record<MailboxKind, LucideIcon>> = { desk: Inbox, member: UserRound };

/** The mailboxes that the reader may open. */
export function MailboxList({
  mailboxes,
  selectedId,
  hasDefault,
}: {
  mailboxes: MailboxView[];
  selectedId: string;
  /** The selected one was not chosen: it counts only where it can be seen beside this list. */
  hasDefault: boolean;
}) {
  const list = useRef<HTMLElement>(null);
  const [search] = useSearchParams();
  const shown = findMailboxes(mailboxes, search, selectedId);
  // What finds a mailbox stays while one goes from one to the next; what filters its messages does not.
  const kept = new URLSearchParams([...search].filter(([name]) => isFinder(name)));
  // Among many, the open one is in view.
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <nav ref={list} aria-label="Mailboxes" className="space-y-5 p-2.5">
      {shown.length === 0 && (
        <EmptyState
          icon={SearchX}
          title="No such mailbox"
          className="!px-2 !py-8"
          action={
            <ButtonLink to={clearedHref(search)} size="sm">
              Show all
            </ButtonLink>
          }
        >
          {search.has("unread") ? "Nothing unread is called that." : "None is called that."}
        </EmptyState>
      )}
      {groups.map(({ title, kinds }) => {
        const members = shown.filter((mailbox) => kinds.includes(mailbox.kind));
        if (members.length === 0) return null;
        return (
          <div key={title}>
            <h3 className="px-2 pb-1.5 text-xs font-medium text-ink-muted">{title}</h3>
            <ul className="space-y-0.5">
              {members.map((mailbox) => (
                <MailboxItem
                  key={mailbox.id}
                  mailbox={mailbox}
                  selected={mailbox.id === selectedId}
                  isDefault={hasDefault}
                  to={inboxHref(kept, { agent: mailbox.id })}
                />
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

const isFinder = (name: string): boolean => mailboxFilterNames.some((own) => own === name);

const clearedHref = (search: URLSearchParams): string =>
  inboxHref(search, Object.fromEntries(mailboxFilterNames.map((name) => [name, null])));

/** Finds a mailbox among many: by name, or only where something is unread. The URL holds both. */
export function MailboxFinder() {
  const [search] = useSearchParams();
  return (
    <FilterBar
      label="Find a mailbox"
      keep={Object.fromEntries([...search].filter(([name]) => !isFinder(name)))}
      clearHref={undefined}
      className="px-2.5 pb-2"
    >
      <FilterSearch name="find" label="Find a mailbox" value={search.get("find") ?? ""} className="w-full" />
      <FilterToggle name="unread" label="Unread only" checked={search.has("unread")} />
    </FilterBar>
  );
}

interface MailboxItemProps {
  mailbox: MailboxView;
  selected: boolean;
  isDefault: boolean;
  to: string;
}

function MailboxItem({ mailbox, selected, isDefault, to }: MailboxItemProps) {
  const Icon = icons[mailbox.kind];
  return (
    <li>
      <Link
        to={to}
        prefetch="intent"
        aria-current={selected ? "page" : undefined}
        className={cx(
          "flex h-11 items-center gap-2.5 rounded px-2 text-sm transition-colors lg:h-9",
          selected
            ? cx("font-medium text-ink", isDefault ? "lg:bg-sunken" : "bg-sunken")
            : "text-ink-muted hover:bg-hover hover:text-ink",
        )}
      >
        {Icon ? (
          <span className="grid size-6 shrink-0 place-items-center">
            <Icon aria-hidden="true" className="size-4" strokeWidth={1.85} />
          </span>
        ) : (
          <Avatar name={mailbox.name} className="!size-6 !text-[0.5625rem]" />
        )}
        <span className={cx("min-w-0 flex-1 truncate", mailbox.unseen ? "font-medium text-ink" : null)}>
          {mailbox.name}
        </span>
        {mailbox.unseen ? (
          <span className="tabular rounded-full bg-accent-soft px-1.5 text-xs font-medium text-accent-ink">
            {formatCompact(mailbox.unseen)}
            <span className="sr-only"> new</span>
          </span>
        ) : (
          <span className="tabular text-xs text-ink-faint">{formatCompact(mailbox.total)}</span>
        )}
      </Link>
    </li>
  );
}
