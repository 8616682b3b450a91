import type { DailyUsage, UsageWindow } from "#app/domain/usage/reading/schema.ts";
import { optionsOf, tiers } from "../agents/agent-words.ts";
import { FilterBar, FilterSelect } from "../primitives/filter-bar.tsx";
import { SegmentLinks } from "../primitives/segment-links.tsx";
import { keptChoices, type UsageBase, type UsageChoices, usageHref } from "./usage-href.ts";
import { groupingWords, metricWords, windowWords } from "./usage-words.ts";

export interface UsageFilterBarProps {
  base: UsageBase;
  choices: UsageChoices;
  /** The time that is shown where the URL names none. */
  defaultWindow: UsageWindow;
  metric: DailyUsage["metric"];
  /** To choose from; empty where usage is of all tenants. */
  agents: readonly { id: string; name: string }[];
  /** For those who administer the service. */
  tenants?: readonly { id: string; name: string }[] | undefined;
}

/** On a phone two in a row. */
const width = "basis-[calc(50%-0.25rem)] grow sm:grow-0 sm:basis-auto";

/** Which usage is looked at, and how. All of it is the URL. */
export function UsageFilterBar({
  base,
  choices,
  defaultWindow,
  metric,
  agents,
  tenants,
}: UsageFilterBarProps) {
  const { window, by, agentId, tier, model, tenantId } = choices;
  const isFiltered = [window, by, agentId, tier, model, tenantId].some((value) => value !== undefined);
  const isOfAll = tenants !== undefined && tenantId === undefined;
  const groupings = Object.entries(groupingWords)
    .filter(([value]) => (value === "tenant" ? isOfAll : true))
    .map(([value, { label }]) => ({ value, label }));
  const windows = Object.entries(windowWords)
    .filter(([value]) => value !== defaultWindow)
    .map(([value, { label }]) => ({ value, label }));
  return (
    <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
      <FilterBar
        label="Filter usage"
        keep={keptChoices(choices, "metric", "model", "month", "sort", "order", "search", "state")}
        clearHref={isFiltered ? usageHref(base, { metric: choices.metric }) : undefined}
      >
        {tenants !== undefined && (
          <FilterSelect
            name="tenantId"
            label="Organisation"
            any="All organisations"
            options={tenants.map(({ id, name }) => ({ value: id, label: name }))}
            value={tenantId}
            className={`${width} sm:max-w-48`}
          />
        )}
        <FilterSelect
          name="window"
          label="Time"
          any={windowWords[defaultWindow].label}
          options={windows}
          value={window}
          className={width}
        />
        <FilterSelect
          name="by"
          label="Told apart"
          any="In total"
          options={groupings}
          value={by}
          className={width}
        />
        {agents.length > 0 && (
          <FilterSelect
            name="agentId"
            label="Agent"
            any="Any agent"
            options={agents.map(({ id, name }) => ({ value: id, label: name }))}
            value={agentId}
            className={`${width} sm:max-w-48`}
          />
        )}
        <FilterSelect
          name="tier"
          label="Tier"
          any="Any tier"
          options={optionsOf(tiers)}
          value={tier}
          className={width}
        />
      </FilterBar>
      <SegmentLinks
        label="Measured in"
        replace
        links={Object.entries(metricWords).map(([value, { label }]) => ({
          to: usageHref(base, { ...choices, metric: value === "cost" ? "cost" : undefined }),
          label,
          isCurrent: value === metric,
        }))}
      />
    </div>
  );
}
