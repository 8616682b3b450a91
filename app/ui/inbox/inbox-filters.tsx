import { deliveryStatuses, messageTypes } from "../messages/message-words.ts";
import { FilterBar, type FilterOption, FilterSelect } from "../primitives/filter-bar.tsx";
import type { InboxFilters, MailboxView } from "./inbox-view.ts";

const options = (words: Record<string, { label: string }>): FilterOption[] =>
  Object.entries(words).map(([value, { label }]) => ({ value, label }));

const typeOptions = options(messageTypes);
// A blocked message is in nobody's inbox.
const statusOptions = options(deliveryStatuses).filter(({ value }) => value !== "blocked");

export function InboxFilterBar({
  keep,
  filters,
  senders,
}: {
  /** What of the URL stays: the mailbox, and what narrows the list of them. */
  keep: Record<string, string>;
  filters: InboxFilters;
  senders: Pick<MailboxView, "id" | "name">[];
}) {
  return (
    <FilterBar
      label="Filter messages"
      keep={keep}
      clearHref={undefined}
      className="flex-nowrap border-b px-3 py-2 !gap-1.5"
    >
      <FilterSelect
        name="type"
        label="Type"
        any="Any type"
        options={typeOptions}
        value={filters.type}
        className="flex-1"
      />
      <FilterSelect
        name="status"
        label="Status"
        any="Any status"
        options={statusOptions}
        value={filters.status}
        className="flex-1"
      />
      <FilterSelect
        name="from"
        label="From"
        any="Anyone"
        options={senders.map(({ id, name }) => ({ value: id, label: name }))}
        value={filters.from}
        className="flex-1"
      />
    </FilterBar>
  );
}
