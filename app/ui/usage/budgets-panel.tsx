import { useFetcher } from "@remix-run/react";
import { ChevronRight, Trash2, Wallet } from "lucide-react";
import type { BudgetList, BudgetView } from "#app/domain/usage/budgets/schema.ts";
import type { QuotaState } from "#app/domain/usage/reading/schema.ts";
import { errorOf, generalErrorOf, toFormProblem } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { SelectField, TextField } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Panel } from "../primitives/panel.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { formatCost } from "./cost-words.ts";
import { QuotaBadge } from "./quota-badge.tsx";
import { QuotaBar } from "./quota-bar.tsx";
import { monthInWords } from "./usage-words.ts";

interface BudgetsPanelProps {
  list: BudgetList;
  /** Whose a budget can be, beside the whole organisation's. */
  agents: readonly { id: string; name: string }[];
  mayChange: boolean;
}

/** What agents, and all of them together, may cost in a month. */
export function BudgetsPanel({ list: { month, budgets }, agents, mayChange }: BudgetsPanelProps) {
  return (
    <Panel
      title="Budgets"
      description={`What models may cost in a month, by their prices. ${monthInWords(month)} (UTC).`}
      flush
    >
      {budgets.length === 0 ? (
        <EmptyState icon={Wallet} title="No budget is set" className="!py-8">
          Sends slow down when a budget is used up, and stop at 150 % of it.
        </EmptyState>
      ) : (
        <ul aria-label="Budgets" className="divide-y">
          {budgets.map((budget) => (
            <BudgetRow key={budget.id} budget={budget} mayChange={mayChange} />
          ))}
        </ul>
      )}
      {mayChange && <SetBudget agents={agents} />}
    </Panel>
  );
}

const labels: Record<QuotaState, string> = {
  normal: "Within budget",
  warning: "Nearly used up",
  limited: "Used up: sends are limited",
  paused: "Sends are stopped",
};

function BudgetRow({ budget, mayChange }: { budget: BudgetView; mayChange: boolean }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const { id, agentId, agentName, amountMicros, spentMicros, reservedMicros, percent, state } = budget;
  const owner = agentId === null ? "The whole organisation" : (agentName ?? "Deleted agent");
  return (
    <li className="px-4 py-3 sm:px-5">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <p className="truncate text-sm font-medium">{owner}</p>
          <p className="tabular text-xs text-ink-muted">
            {formatCost(spentMicros)} of {formatCost(amountMicros)} spent · {percent} %
            {reservedMicros > 0 && ` · ${formatCost(reservedMicros)} reserved`}
          </p>
        </div>
        {mayChange && (
          <ConfirmButton
            fetcher={fetcher}
            values={{ intent: "remove-budget", budgetId: id }}
            variant="ghost"
            size="icon-sm"
            icon={<Trash2 className="size-4" />}
            aria-label={`Remove the budget of ${owner}`}
            title={`Remove the budget of ${owner}?`}
            consequence="Nothing limits what it costs from then on, and what it has counted this month is forgotten."
            confirmLabel="Remove budget"
          />
        )}
      </div>
      <QuotaBar
        percent={percent}
        reservedPercent={(reservedMicros / amountMicros) * 100}
        state={state}
        className="my-2"
      />
      <QuotaBadge state={state} label={labels[state]} />
    </li>
  );
}

/** A disclosure, so that it needs no script. Setting one anew changes it. */
function SetBudget({ agents }: { agents: BudgetsPanelProps["agents"] }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const problem = toFormProblem(fetcher.data);
  const general = generalErrorOf(problem, ["amount", "agentId"]);
  return (
    <details className="group border-t" open={problem !== undefined || undefined}>
      <summary className="flex min-h-11 cursor-pointer list-none items-center gap-1.5 px-4 text-sm font-medium text-accent-ink transition-colors hover:bg-hover sm:px-5 [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden="true" className="size-3.5 transition-transform group-open:rotate-90" />
        Set or change a budget
      </summary>
      <fetcher.Form method="post" className="space-y-4 px-4 pb-4 pt-2 sm:px-5">
        <input type="hidden" name="intent" value="set-budget" />
        {general !== undefined && <Notice tone="bad">{general}</Notice>}
        <SelectField label="Whose" name="agentId" error={errorOf(problem, "agentId")}>
          <option value="">The whole organisation</option>
          {agents.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
        <TextField
          label="US dollars a month"
          name="amount"
          inputMode="decimal"
          placeholder="250.00"
          required
          autoComplete="off"
          error={errorOf(problem, "amount")}
        />
        <Button type="submit" variant="primary" busy={fetcher.state !== "idle"}>
          Save budget
        </Button>
      </fetcher.Form>
    </details>
  );
}
