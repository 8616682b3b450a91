import { useFetcher } from "@remix-run/react";
import { useState } from "react";
import type { BillingOverview, PlanOffer } from "#app/domain/billing/schema.ts";
import { plans as planWords } from "../platform/tenant-words.ts";
import { Badge } from "../primitives/badge.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { type Choice, ChoiceField } from "../primitives/field.tsx";
import { formatMoney } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { useInBrowser } from "../use-in-browser.ts";
import { useOutcomeToast } from "../use-outcome-toast.ts";

interface PlanCardProps {
  overview: BillingOverview;
  mayChange: boolean;
}

/** What the plan is, and for those who may what another would cost. */
export function PlanCard({ overview: { plan, plans }, mayChange }: PlanCardProps) {
  return (
    <Panel
      title={
        <span className="flex items-center gap-2">
          Plan <Badge tone="accent">{planWords[plan.plan].label}</Badge>
        </span>
      }
    >
      <p className="tabular text-2xl font-semibold">
        {formatMoney(plan.baseMicros)}
        <span className="text-sm font-normal text-ink-muted"> a month</span>
      </p>
      <p className="mt-1 text-sm text-ink-muted">{contentsOf(plan)}</p>
      {mayChange && <ChangePlan key={plan.plan} plan={plan} plans={plans} />}
    </Panel>
  );
}

const contentsOf = ({ includedAgents, offersOverage }: PlanOffer): string =>
  `${includedAgents} agents up to Sonnet, ${offersOverage ? "overage if you want it" : "no overage"}.`;

function ChangePlan({ plan, plans }: { plan: PlanOffer; plans: readonly PlanOffer[] }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const [chosen, setChosen] = useState(plan.plan);
  // Without JavaScript each of the others has its own button; with it, there is one for the chosen.
  const offers = useInBrowser() ? plans.filter((offer) => offer.plan === chosen) : plans;
  return (
    <div className="mt-5 border-t pt-4">
      <fieldset
        className="needs-script"
        onChange={({ target }) => {
          const offer = plans.find((one) => target instanceof HTMLInputElement && one.plan === target.value);
          if (offer !== undefined) setChosen(offer.plan);
        }}
      >
        <ChoiceField
          label="With your agents as they are"
          name="plan"
          defaultValue={plan.plan}
          columns="grid-cols-1"
          choices={plans.map(choiceOf)}
        />
      </fieldset>
      <div className="mt-3 flex flex-wrap justify-end gap-2">
        {offers.map((offer) =>
          offer.plan === plan.plan ? null : (
            <ChangeTo key={offer.plan} fetcher={fetcher} offer={offer} from={plan} />
          ),
        )}
      </div>
    </div>
  );
}

const choiceOf = (offer: PlanOffer): Choice => ({
  value: offer.plan,
  label: (
    <span className="flex justify-between gap-3">
      <span>{planWords[offer.plan].label}</span>
      <span className="tabular">{formatMoney(offer.monthlyMicros)}</span>
    </span>
  ),
  detail: contentsOf(offer),
});

interface ChangeToProps {
  fetcher: ReturnType<typeof useFetcher>;
  offer: PlanOffer;
  from: PlanOffer;
}

function ChangeTo({ fetcher, offer, from }: ChangeToProps) {
  const name = planWords[offer.plan].label;
  const losesOverage = from.offersOverage && !offer.offersOverage;
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "plan", plan: offer.plan }}
      variant="primary"
      danger={false}
      title={`Change to ${name}?`}
      consequence={`From now on, the rest of this month at its price. A whole month with your agents as they are is ${formatMoney(offer.monthlyMicros)}.${losesOverage ? " Overage is switched off." : ""}`}
      confirmLabel={`Change to ${name}`}
    >
      Change to {name}
    </ConfirmButton>
  );
}
