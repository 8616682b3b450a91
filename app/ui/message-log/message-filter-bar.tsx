// Types only: the values bring the domain's schemas with them, which browsers would have to load.
import type { ListedStatus, MessageWindow } from "#app/domain/messaging/message-list-schema.ts";
import { deliveryStatuses, messageTypes } from "../messages/message-words.ts";
import { FilterBar, type FilterOption, FilterSelect } from "../primitives/filter-bar.tsx";
import { type MessageFilters, messagesHref } from "./messages-href.ts";

/** A mailbox as the filters name it. */
export interface Sender {
  id: string;
  name: string;
}

const optionsOf = (words: Record<string, { label: string }>): FilterOption[] =>
  Object.entries(words).map(([value, { label }]) => ({ value, label }));

const problem: FilterOption & { value: ListedStatus } = { value: "problem", label: "Not delivered" };
const statusOptions = [problem, ...optionsOf(deliveryStatuses)];
const typeOptions = optionsOf(messageTypes);

const windowNames: Record<MessageWindow, string> = {
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
};
const windowOptions = Object.entries(windowNames).map(([value, label]) => ({ value, label }));

export const hasFilters = (filters: MessageFilters): boolean =>
  Object.values(filters).some((value) => value !== undefined);

/** On a phone two in a row; the last has the row to itself. */
const width = "basis-[calc(50%-0.25rem)] grow sm:grow-0 sm:basis-auto";

export function MessageFilterBar({ filters, parties }: { filters: MessageFilters; parties: Sender[] }) {
  const partyOptions = parties.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <FilterBar label="Filter messages" clearHref={hasFilters(filters) ? messagesHref() : undefined}>
      <FilterSelect
        name="status"
        label="Status"
        any="Any status"
        options={statusOptions}
        value={filters.status}
        className={width}
      />
      <FilterSelect
        name="type"
        label="Type"
        any="Any type"
        options={typeOptions}
        value={filters.type}
        className={width}
      />
      <FilterSelect
        name="from"
        label="From"
        any="From anyone"
        options={partyOptions}
        value={filters.from}
        className={`${width} sm:max-w-44`}
      />
      <FilterSelect
        name="to"
        label="To"
        any="To anyone"
        options={partyOptions}
        value={filters.to}
        className={`${width} sm:max-w-44`}
      />
      <FilterSelect
        name="window"
        label="Time"
        any="Any time"
        options={windowOptions}
        value={filters.window}
        className={width}
      />
    </FilterBar>
  );
}
