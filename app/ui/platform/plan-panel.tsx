import { useFetcher } from "@remix-run/react";
import type { TenantDetail } from "#app/domain/platform/schema.ts";
import { optionsOf } from "../agents/agent-words.ts";
import { Button } from "../primitives/button.tsx";
import { SelectField } from "../primitives/field.tsx";
import { Panel } from "../primitives/panel.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { plans } from "./tenant-words.ts";

/** What the tenant pays for. */
export function PlanPanel({ tenant }: { tenant: Pick<TenantDetail, "plan"> }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <Panel title="Plan" description="Recorded in the tenant’s audit trail.">
      {/* Anew when it has changed: what was chosen and left is not what holds. */}
      <fetcher.Form method="post" key={tenant.plan} className="flex flex-wrap items-end gap-3">
        <input type="hidden" name="intent" value="plan" />
        <SelectField label="Plan" name="plan" defaultValue={tenant.plan} className="min-w-40 flex-1">
          {optionsOf(plans).map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <Button type="submit" className="sm:!h-9" busy={fetcher.state !== "idle"}>
          Change plan
        </Button>
      </fetcher.Form>
    </Panel>
  );
}
