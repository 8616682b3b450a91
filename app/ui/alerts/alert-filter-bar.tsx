import type { AlertListName } from "#app/domain/alerts/alert-list-schema.ts";
import { ruleKindNames, ruleKinds, severities } from "#app/domain/alerts/rule-kinds.ts";
import type { TenantNames } from "#app/domain/platform/schema.ts";
import { windowWords } from "../audit/audit-words.ts";
import { FilterBar, FilterSelect } from "../primitives/filter-bar.tsx";
import { TenantFilter } from "../primitives/tenant-filter.tsx";
import { severityWords } from "./alert-marks.tsx";
import { type AlertFilters, type AlertsBase, alertsHref, hasAlertFilters } from "./alerts-href.ts";

const severityOptions = severities
  .toReversed()
  .map((value) => ({ value, label: severityWords[value].label }));
const windowOptions = Object.entries(windowWords).map(([value, label]) => ({ value, label }));

/** Of the whole service the kinds of all; a tenant's own only those that a tenant has rules of. */
const kindOptions = (base: AlertsBase) =>
  ruleKindNames
    .filter((kind) => base === "/admin/alerts" || ruleKinds[kind].home === "tenant")
    .map((value) => ({ value, label: ruleKinds[value].label }));

/** On a phone two in a row. */
const width = "basis-[calc(50%-0.25rem)] grow sm:grow-0 sm:basis-auto sm:max-w-48";

interface AlertFilterBarProps {
  base: AlertsBase;
  show: AlertListName;
  filters: AlertFilters;
  /** To choose from; empty where alerts are of all tenants. */
  agents: readonly { id: string; name: string }[];
  /** Absent of one tenant's own alerts. */
  names: TenantNames | undefined;
}

export function AlertFilterBar({ base, show, filters, agents, names }: AlertFilterBarProps) {
  const keep: Record<string, string> = show === "open" ? {} : { show };
  return (
    <FilterBar
      label="Filter alerts"
      keep={keep}
      clearHref={hasAlertFilters(filters) ? alertsHref(base, { show }) : undefined}
      className="max-sm:w-full"
    >
      {names !== undefined && <TenantFilter names={names} value={filters.tenantId} />}
      <FilterSelect
        name="severity"
        label="Severity"
        any="Any severity"
        options={severityOptions}
        value={filters.severity}
        className={width}
      />
      <FilterSelect
        name="kind"
        label="Kind"
        any="Any kind"
        options={kindOptions(base)}
        value={filters.kind}
        className={width}
      />
      {agents.length > 0 && (
        <FilterSelect
          name="agentId"
          label="Agent"
          any="Any agent"
          options={agents.map(({ id, name }) => ({ value: id, label: name }))}
          value={filters.agentId}
          className={width}
        />
      )}
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
