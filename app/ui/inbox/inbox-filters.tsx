import { Form, Link, useSubmit } from "@remix-run/react";
import { X } from "lucide-react";
import { type ChangeEvent, useRef } from "react";
import { deliveryStatuses, messageTypes } from "../messages/message-words.ts";
import { cx } from "../primitives/cx.ts";
import { hasFilters, type InboxFilters, type MailboxView } from "./inbox-view.ts";

interface Option {
  value: string;
  label: string;
}

const options = (words: Record<string, { label: string }>): Option[] =>
  Object.entries(words).map(([value, { label }]) => ({ value, label }));

const typeOptions = options(messageTypes);
// A blocked message is in nobody's inbox.
const statusOptions = options(deliveryStatuses).filter(({ value }) => value !== "blocked");

/** Filters whose state is the URL, so that back, forward and a shared link keep them. */
export function InboxFilterBar({
  mailboxId,
  filters,
  senders,
}: {
  mailboxId: string;
  filters: InboxFilters;
  senders: Pick<MailboxView, "id" | "name">[];
}) {
  const submit = useSubmit();
  const form = useRef<HTMLFormElement>(null);
  const onChange = () => {
    if (form.current === null) return;
    const data = new FormData(form.current);
    for (const [name, value] of [...data]) if (value === "") data.delete(name);
    submit(data, { method: "get", action: "/dashboard/inbox" });
  };
  return (
    <Form
      ref={form}
      method="get"
      action="/dashboard/inbox"
      className="flex items-center gap-1.5 border-b px-3 py-2"
    >
      <input type="hidden" name="agent" value={mailboxId} />
      <Filter
        name="type"
        className="flex-[1.2] sm:flex-[1.5]"
        label="Type"
        any="Any type"
        options={typeOptions}
        value={filters.type}
        onChange={onChange}
      />
      <Filter
        name="status"
        className="flex-[1.2] sm:flex-1"
        label="Status"
        any="Any status"
        options={statusOptions}
        value={filters.status}
        onChange={onChange}
      />
      <Filter
        name="from"
        label="From"
        any="Anyone"
        options={senders.map(({ id, name }) => ({ value: id, label: name }))}
        value={filters.from}
        onChange={onChange}
      />
      {hasFilters(filters) && (
        <Link
          to={`/dashboard/inbox?agent=${mailboxId}`}
          aria-label="Clear filters"
          title="Clear filters"
          className="grid size-9 shrink-0 place-items-center rounded text-ink-muted hover:bg-hover hover:text-ink max-sm:hidden lg:size-7"
        >
          <X aria-hidden="true" className="size-4" />
        </Link>
      )}
      <noscript>
        <button type="submit" className="h-9 rounded border px-2 text-xs lg:h-7">
          Apply
        </button>
      </noscript>
    </Form>
  );
}

function Filter({
  name,
  label,
  any,
  options,
  value,
  onChange,
  className = "flex-1",
}: {
  name: string;
  className?: string;
  label: string;
  any: string;
  options: Option[];
  value: string | undefined;
  onChange: (event: ChangeEvent) => void;
}) {
  return (
    <select
      key={value ?? ""}
      name={name}
      aria-label={label}
      defaultValue={value ?? ""}
      onChange={onChange}
      className={cx(
        "form-select h-9 min-w-0 cursor-pointer truncate rounded border py-0 pl-2 pr-5 text-lg transition-colors sm:text-xs lg:h-7",
        "bg-[length:1.125rem] bg-[position:right_0.125rem_center] focus:ring-2 focus:ring-accent/30",
        className,
        value === undefined
          ? "border-line bg-surface text-ink-muted hover:border-line-strong"
          : "border-accent bg-accent-soft font-medium text-accent-ink",
      )}
    >
      <option value="">{any}</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
