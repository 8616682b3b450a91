import { useFetcher } from "@remix-run/react";
import { useId } from "react";
import { kindInWords } from "#app/domain/alerts/alert-words.ts";
import type { RuleKind } from "#app/domain/alerts/rule-kinds.ts";
import { errorOf, generalErrorOf, toFormProblem } from "../../form-failure.ts";
import { Button } from "../../primitives/button.tsx";
import { Dialog } from "../../primitives/dialog.tsx";
import { SelectField, TextField } from "../../primitives/field.tsx";
import { Notice } from "../../primitives/notice.tsx";
import { useOnAnswer } from "../../use-on-answer.ts";
import { useOutcomeToast } from "../../use-outcome-toast.ts";

interface SilenceDialogProps {
  open: boolean;
  onClose: () => void;
  agents: readonly { id: string; name: string }[];
  kinds: readonly RuleKind[];
}

const lengths = [
  { hours: 1, label: "An hour" },
  { hours: 4, label: "4 hours" },
  { hours: 12, label: "12 hours" },
  { hours: 24, label: "A day" },
  { hours: 168, label: "A week" },
  { hours: 720, label: "30 days" },
] as const;
const fields = ["kind", "subjectId", "maxSeverity", "reason", "hours"];

/** What is not to be told, how long, and why. */
export function SilenceDialog(props: SilenceDialogProps) {
  const { open, onClose } = props;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Silence alerts"
      description="Nobody is told of what fits until the end. It is counted and shown all the same."
    >
      {/* Mounted with the dialog: it has an answer of its own each time. */}
      <SilenceForm {...props} />
    </Dialog>
  );
}

function SilenceForm({ onClose, agents, kinds }: SilenceDialogProps) {
  const id = useId();
  const fetcher = useFetcher();
  const problem = toFormProblem(fetcher.data);
  const general = generalErrorOf(problem, fields);
  useOutcomeToast(fetcher.data);
  useOnAnswer(fetcher.data, (answer) => {
    if (toFormProblem(answer) === undefined) onClose();
  });
  return (
    <fetcher.Form id={id} method="post" className="mt-4 space-y-4">
      <input type="hidden" name="intent" value="add-silence" />
      {general !== undefined && <Notice tone="bad">{general}</Notice>}
      <SelectField label="Which alerts" name="kind" error={errorOf(problem, "kind")}>
        <option value="">Every kind</option>
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {kindInWords(kind)}
          </option>
        ))}
      </SelectField>
      {agents.length > 0 && (
        <SelectField label="About which agent" name="subjectId" error={errorOf(problem, "subjectId")}>
          <option value="">Whatever they are about</option>
          {agents.map((agent) => (
            <option key={agent.id} value={agent.id}>
              {agent.name}
            </option>
          ))}
        </SelectField>
      )}
      <SelectField
        label="Up to which severity"
        name="maxSeverity"
        defaultValue="warning"
        error={errorOf(problem, "maxSeverity")}
      >
        <option value="info">Info only</option>
        <option value="warning">Info and warnings</option>
        <option value="critical">All, critical ones too</option>
      </SelectField>
      <SelectField label="For" name="hours" defaultValue="4" error={errorOf(problem, "hours")}>
        {lengths.map(({ hours, label }) => (
          <option key={hours} value={hours}>
            {label}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Reason"
        name="reason"
        required
        maxLength={500}
        autoComplete="off"
        placeholder="Why, for the others"
        error={errorOf(problem, "reason")}
      />
      <div className="flex justify-end gap-2 pt-1">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" busy={fetcher.state !== "idle"}>
          Silence
        </Button>
      </div>
    </fetcher.Form>
  );
}
