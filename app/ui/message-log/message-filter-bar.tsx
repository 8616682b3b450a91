import { ChevronRight } from "lucide-react";
// Types only: the values bring the domain's schemas with them, which browsers would have to load.
import type { ListedStatus, MessageWindow } from "#app/domain/messaging/message-list-schema.ts";
import type { Handling } from "#app/domain/messaging/schema.ts";
import { deliveryStatuses, messageTypes, priorities } from "../messages/message-words.ts";
import { FilterBar, type FilterOption, FilterSearch, FilterSelect } from "../primitives/filter-bar.tsx";
import { FilterTime } from "../primitives/filter-time.tsx";
import { type MessageFilters, messagesHref } from "./messages-href.ts";

/** A mailbox as the filters name it. */
export interface Sender {
  id: string;
  name: string;
}

const optionsOf = (words: Record<string, { label: string }>): FilterOption[] =>
  Object.entries(words).map(([value, { label }]) => ({ value, label }));
const namedOptions = (names: Record<string, string>): FilterOption[] =>
  Object.entries(names).map(([value, label]) => ({ value, label }));

const problem: FilterOption & { value: ListedStatus } = { value: "problem", label: "Not delivered" };
const statusOptions = [problem, ...optionsOf(deliveryStatuses)];
const typeOptions = optionsOf(messageTypes);
const priorityOptions = optionsOf(priorities);

const windowNames: Record<MessageWindow, string> = {
  "1h": "Last hour",
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
};
const windowOptions = namedOptions(windowNames);

const handlingNames: Record<Handling, string> = {
  unread: "Not handled yet",
  leased: "Being handled",
  acked: "Handled",
  dead: "Dead letter",
};
const handlingOptions = namedOptions(handlingNames);

export const hasFilters = (filters: MessageFilters): boolean =>
  Object.values(filters).some((value) => value !== undefined);

/** On a phone two in a row. */
const width = "basis-[calc(50%-0.25rem)] grow sm:grow-0 sm:basis-auto";
const wide = "basis-full sm:basis-auto";

export function MessageFilterBar({ filters, parties }: { filters: MessageFilters; parties: Sender[] }) {
  const partyOptions = parties.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <FilterBar
      label="Filter messages"
      // A type has one kind, so that a link may name either and the page only the type.
      keep={filters.kind === undefined ? {} : { kind: filters.kind }}
      clearHref={hasFilters(filters) ? messagesHref() : undefined}
    >
      <FilterSearch
        name="text"
        label="Search what was said"
        value={filters.text}
        className="w-full lg:w-56"
      />
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
        className={`${width} sm:max-w-40`}
      />
      <FilterSelect
        name="to"
        label="To"
        any="To anyone"
        options={partyOptions}
        value={filters.to}
        className={`${width} sm:max-w-40`}
      />
      <FilterSelect
        name="window"
        label="Time"
        any="Any time"
        options={windowOptions}
        value={filters.window}
        className={width}
      />
      <MoreFilters filters={filters} partyOptions={partyOptions} />
    </FilterBar>
  );
}

/** What is asked for less often; open when any of it is set. */
function MoreFilters({ filters, partyOptions }: { filters: MessageFilters; partyOptions: FilterOption[] }) {
  const { either, handling, priority, since, until, correlationId } = filters;
  const isSet = [either, handling, priority, since, until, correlationId].some(
    (value) => value !== undefined,
  );
  return (
    <details open={isSet} className="group order-last basis-full">
      <summary className="inline-flex h-10 cursor-pointer list-none items-center gap-1 rounded pr-2 text-sm text-ink-muted transition-colors hover:text-ink sm:h-6 [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
        More filters
      </summary>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <FilterSelect
          name="either"
          label="Sender or recipient"
          any="With anyone"
          options={partyOptions}
          value={either}
          className={`${wide} grow sm:max-w-44 sm:grow-0`}
        />
        <FilterSelect
          name="handling"
          label="Handling"
          any="Any handling"
          options={handlingOptions}
          value={handling}
          className={width}
        />
        <FilterSelect
          name="priority"
          label="Priority"
          any="Any priority"
          options={priorityOptions}
          value={priority}
          className={width}
        />
        <FilterTime name="since" label="Sent after" value={since} className={`${wide} grow sm:grow-0`} />
        <FilterTime name="until" label="Sent before" value={until} className={`${wide} grow sm:grow-0`} />
        <FilterSearch
          name="correlationId"
          label="Conversation id"
          value={correlationId}
          className="w-full sm:w-52"
        />
      </div>
    </details>
  );
}
