import { useFetcher } from "@remix-run/react";
import type { BillingOverview } from "#app/domain/billing/schema.ts";
import { modelTiers, tierCatalogue } from "#app/domain/catalogue.ts";
import { tiers } from "../agents/agent-words.ts";
import { plans } from "../platform/tenant-words.ts";
import { Badge } from "../primitives/badge.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatCount, formatMoney } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

interface OveragePanelProps {
  overview: BillingOverview;
  mayChange: boolean;
}

/** Whether agents go on over their quota, for a price, and what that has cost so far. */
export function OveragePanel({ overview: { overage, plan }, mayChange }: OveragePanelProps) {
  const { offered, enabled, amountMicros, byTier, freeTokens } = overage;
  return (
    <Panel
      title={
        <span className="flex items-center gap-2">
          Overage <Badge tone={enabled ? "accent" : "neutral"}>{enabled ? "On" : "Off"}</Badge>
        </span>
      }
      actions={mayChange && offered && <OverageSwitch enabled={enabled} />}
    >
      <p className="text-sm text-ink-muted">
        {!offered
          ? `The ${plans[plan.plan].label} plan has none: an agent that has used up its quota is limited to a message a second until the month is over.`
          : enabled
            ? "Agents go on over their quota, and each million tokens more is charged."
            : "An agent that has used up its quota is limited to a message a second until the month is over."}
      </p>
      {(byTier.length > 0 || freeTokens > 0) && (
        <Facts className="mt-4">
          {byTier.map(({ tier, tokens, amountMicros: cost }) => (
            <Fact key={tier} name={tiers[tier].label}>
              <span className="tabular flex flex-wrap justify-between gap-x-3">
                <span>{formatCount(tokens)} tokens</span> <span>{formatMoney(cost)}</span>
              </span>
            </Fact>
          ))}
          {freeTokens > 0 && (
            <Fact name="Not charged">
              <span className="tabular">{formatCount(freeTokens)} tokens, used while it was off</span>
            </Fact>
          )}
          {byTier.length > 0 && (
            <Fact name="So far">
              <strong className="tabular block text-right font-semibold">{formatMoney(amountMicros)}</strong>
            </Fact>
          )}
        </Facts>
      )}
    </Panel>
  );
}

function OverageSwitch({ enabled }: { enabled: boolean }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "overage", enabled: String(!enabled) }}
      size="sm"
      danger={false}
      title={enabled ? "Switch overage off?" : "Switch overage on?"}
      consequence={
        enabled
          ? "Agents over their quota are limited to a message a second from now on. What they have used so far stays charged."
          : `Agents go on over their quota. A million tokens more costs ${pricesInWords}. Recorded in the audit trail.`
      }
      confirmLabel={enabled ? "Switch off" : "Switch on"}
    >
      {enabled ? "Switch off" : "Switch on"}
    </ConfirmButton>
  );
}

const pricesInWords = new Intl.ListFormat("en-GB").format(
  modelTiers.map(
    (tier) => `${formatMoney(tierCatalogue[tier].overageMicrosPerMillion)} for ${tiers[tier].label}`,
  ),
);
