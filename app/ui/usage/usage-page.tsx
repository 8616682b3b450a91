import { ChartLine } from "lucide-react";
import type { BudgetList } from "#app/domain/usage/budgets/schema.ts";
import type { AgentUsageList, DailyUsage, ToolUsage, UsageWindow } from "#app/domain/usage/reading/schema.ts";
import { OutcomeNotice } from "../outcome-notice.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { ExportMenu } from "../primitives/export-menu.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { AgentUsagePanel } from "./agent-usage-panel.tsx";
import { BudgetsPanel } from "./budgets-panel.tsx";
import { ToolsPanel } from "./tools-panel.tsx";
import { UsageChart } from "./usage-chart.tsx";
import { UsageFigures } from "./usage-figures.tsx";
import { UsageFilterBar } from "./usage-filter-bar.tsx";
import { type UsageBase, type UsageChoices, usageExportHref, usageHref } from "./usage-href.ts";
import { groupingWords, metricWords, windowWords } from "./usage-words.ts";

export interface UsagePageProps {
  base: UsageBase;
  choices: UsageChoices;
  usage: DailyUsage;
  agents: AgentUsageList;
  /** Null where usage is of all tenants, as budgets are. */
  tools: ToolUsage | null;
  /** The time that is shown where the URL names none. */
  defaultWindow: UsageWindow;
  /** Null where usage is of all tenants. */
  budgets: BudgetList | null;
  cursor: string | undefined;
  months: readonly string[];
  agentChoices: readonly { id: string; name: string }[];
  tenants?: readonly { id: string; name: string }[] | undefined;
  mayChangeBudgets: boolean;
  /** What a form without JavaScript was answered. */
  answer?: unknown;
}

/** What agents use and what that costs: a tenant's, or everybody's. */
export function UsagePage(props: UsagePageProps) {
  const { base, choices, usage, agents, tools, budgets, agentChoices, defaultWindow } = props;
  const { span } = windowWords[choices.window ?? defaultWindow];
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Usage"
        description={
          base === "/dashboard/usage"
            ? "What your agents use, as it is reported, and what that costs by the prices of their models."
            : "What the agents of every organisation use, and what that costs by the prices of their models."
        }
        actions={
          <ExportMenu
            choices={[
              { href: usageExportHref(base, "csv", choices), label: "CSV", hint: "for spreadsheets" },
              {
                href: usageExportHref(base, "ndjson", choices),
                label: "NDJSON",
                hint: "a day and model a line",
              },
            ]}
          />
        }
      />
      <OutcomeNotice answer={props.answer} />
      <UsageFilterBar
        {...{
          base,
          choices,
          defaultWindow,
          metric: usage.metric,
          agents: agentChoices,
          tenants: props.tenants,
        }}
      />
      <div className="space-y-6">
        <UsageFigures {...{ base, usage, agents, choices, span }} />
        <ChartPanel {...{ base, choices, usage, span }} />
        <AgentUsagePanel {...{ base, choices, list: agents, cursor: props.cursor, months: props.months }} />
        <div className="grid items-start gap-6 lg:grid-cols-2">
          {tools !== null && <ToolsPanel tools={tools} span={span} />}
          {budgets !== null && (
            <BudgetsPanel list={budgets} agents={agentChoices} mayChange={props.mayChangeBudgets} />
          )}
        </div>
      </div>
    </div>
  );
}

interface ChartPanelProps {
  base: UsageBase;
  choices: UsageChoices;
  usage: DailyUsage;
  span: string;
}

function ChartPanel({ base, choices, usage, span }: ChartPanelProps) {
  const { by, metric, totals, previousTotals } = usage;
  const what = metricWords[metric].label;
  const apart = by === "none" ? "" : ` and ${groupingWords[by].by}`;
  const isEmpty = totals.events === 0 && previousTotals.events === 0;
  return (
    <Panel title={`${what} by day`} description={`The last ${span}, by UTC day${apart}.`}>
      {isEmpty ? (
        <EmptyState icon={ChartLine} title={`Nothing was used in the last ${span}`}>
          Usage shows here within seconds of being reported.
        </EmptyState>
      ) : (
        <UsageChart
          usage={usage}
          label={`${what} of the last ${span}, by day (UTC)${apart}`}
          linkOf={(id) => linkOf(base, choices, by, id)}
        />
      )}
    </Panel>
  );
}

/** Where a group is a filter of the page, it leads there. */
function linkOf(
  base: UsageBase,
  choices: UsageChoices,
  by: DailyUsage["by"],
  id: string,
): string | undefined {
  const whole = { ...choices, by: undefined };
  if (by === "agent" && base === "/dashboard/usage") return usageHref(base, { ...whole, agentId: id });
  if (by === "tenant") return usageHref(base, { ...whole, tenantId: id });
  if (by === "model") return usageHref(base, { ...whole, model: id });
  return by === "tier" ? usageHref(base, { ...whole, tier: id }) : undefined;
}
