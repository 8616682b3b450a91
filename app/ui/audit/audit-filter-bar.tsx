import { ChevronRight } from "lucide-react";
import type { TenantNames } from "#app/domain/platform/schema.ts";
import { FilterBar, type FilterOption, FilterSearch, FilterSelect } from "../primitives/filter-bar.tsx";
import { FilterTime } from "../primitives/filter-time.tsx";
import { TenantFilter } from "../primitives/tenant-filter.tsx";
import { ActionPicker } from "./action-picker.tsx";
import { type AuditBase, auditHref, type ShownFilters } from "./audit-href.ts";
import { actorWords, statusWords, windowWords, wordsOf } from "./audit-words.ts";

export interface AuditChoices {
  actions: readonly string[];
  resourceTypes: readonly string[];
}

const labelled = (words: Record<string, { label: string }>): FilterOption[] =>
  Object.entries(words).map(([value, { label }]) => ({ value, label }));
const statusOptions = labelled(statusWords);
const actorOptions = labelled(actorWords);
const windowOptions = Object.entries(windowWords).map(([value, label]) => ({ value, label }));

export const hasAuditFilters = (filters: ShownFilters): boolean =>
  Object.values(filters).some((value) => value !== undefined);

/** On a phone two in a row. */
const width = "basis-[calc(50%-0.25rem)] grow sm:grow-0 sm:basis-auto";

export function AuditFilterBar({
  base,
  filters,
  choices,
  names,
}: {
  base: AuditBase;
  filters: ShownFilters;
  choices: AuditChoices;
  /** Absent of one tenant's own trail. */
  names: TenantNames | undefined;
}) {
  return (
    <FilterBar label="Filter events" clearHref={hasAuditFilters(filters) ? auditHref(base) : undefined}>
      <FilterSearch
        name="text"
        label="Search names, ids, details"
        value={filters.text}
        className="w-full lg:w-56"
      />
      {names !== undefined && <TenantFilter names={names} value={filters.tenantId} />}
      <ActionPicker
        actions={choices.actions}
        value={filters.action}
        hrefOf={(action) => auditHref(base, { ...filters, action })}
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
        name="actorKind"
        label="Kind of actor"
        any="By anyone"
        options={actorOptions}
        value={filters.actorKind}
        className={width}
      />
      <FilterSelect
        name="resourceType"
        label="Kind of resource"
        any="To anything"
        options={choices.resourceTypes.map((value) => ({ value, label: wordsOf(value) }))}
        value={filters.resourceType}
        className={width}
      />
      <FilterSelect
        name="window"
        label="Time"
        any="Any time"
        options={windowOptions}
        value={filters.window}
        className={width}
      />
      <MoreFilters filters={filters} />
    </FilterBar>
  );
}

/** What is asked for less often; open when any of it is set. */
function MoreFilters({ filters }: { filters: ShownFilters }) {
  const { actor, resourceId, requestId, correlationId, from, to } = filters;
  const isSet = [actor, resourceId, requestId, correlationId, from, to].some((value) => value !== undefined);
  const id = "w-full sm:w-56";
  const time = "basis-full grow sm:basis-auto sm:grow-0";
  return (
    <details open={isSet} className="group order-last basis-full">
      <summary className="inline-flex h-10 cursor-pointer list-none items-center gap-1 rounded pr-2 text-sm text-ink-muted transition-colors hover:text-ink sm:h-6 [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
        More filters
      </summary>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <FilterSearch name="actor" label="Actor’s id" value={actor} className={id} />
        <FilterSearch name="resourceId" label="Resource’s id" value={resourceId} className={id} />
        <FilterSearch name="correlationId" label="Correlation id" value={correlationId} className={id} />
        <FilterSearch name="requestId" label="Request id" value={requestId} className={id} />
        <FilterTime name="from" label="From" value={from} className={time} />
        <FilterTime name="to" label="Before" value={to} className={time} />
      </div>
    </details>
  );
}
