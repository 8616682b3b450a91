import { useFetcher } from "@remix-run/react";
import { VolumeX } from "lucide-react";
import type { AlertView } from "#app/domain/alerts/alert-schema.ts";
import { definitionOf } from "#app/domain/alerts/rule-kinds.ts";
import { errorOf, toFormProblem } from "../form-failure.ts";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { SelectField, TextField } from "../primitives/field.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

const lengths = [
  { hours: 1, label: "An hour" },
  { hours: 4, label: "4 hours" },
  { hours: 24, label: "A day" },
  { hours: 168, label: "A week" },
] as const;

/** Has nobody told of more of the same for a while: what happens is counted and shown all the same. */
export function SilenceControl({ alert }: { alert: AlertView }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const problem = toFormProblem(fetcher.data);
  const { label } = definitionOf(alert.kind);
  const of =
    alert.subject.id === null ? ", whatever it is about," : ` of ${alert.subject.name ?? "the same"}`;
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "silence" }}
      variant="ghost"
      icon={<VolumeX className="size-4" />}
      title="Silence alerts like this?"
      consequence={`Nobody is told of “${label}”${of} until then. It is counted and shown all the same.`}
      confirmLabel="Silence"
      danger={false}
      fields={
        <div className="space-y-4">
          <SelectField label="For" name="hours" defaultValue="4">
            {lengths.map(({ hours, label: words }) => (
              <option key={hours} value={hours}>
                {words}
              </option>
            ))}
          </SelectField>
          <TextField
            label="Reason"
            name="reason"
            required
            maxLength={500}
            placeholder="Why, for the others"
            error={errorOf(problem, "reason")}
          />
        </div>
      }
    >
      Silence
    </ConfirmButton>
  );
}
