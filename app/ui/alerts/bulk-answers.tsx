import { CircleCheck, Eye } from "lucide-react";
import { useState } from "react";
import { errorOf, toFormProblem } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { Dialog } from "../primitives/dialog.tsx";
import { TextArea } from "../primitives/field.tsx";
import { formatCount } from "../primitives/format.ts";
import { useOnAnswer } from "../use-on-answer.ts";
import type { Selection } from "../use-selection.ts";

interface BulkAnswersProps {
  /** The form with the boxes. */
  formId: string;
  selection: Selection;
  busy: boolean;
  answer: unknown;
  /** Not where all are acknowledged. */
  mayAcknowledge: boolean;
}

/** Answers to all that are ticked. Without JavaScript the buttons send the form as it is, without a note. */
export function BulkAnswers({ formId, selection, busy, answer, mayAcknowledge }: BulkAnswersProps) {
  const [isAsking, setIsAsking] = useState(false);
  const problem = toFormProblem(answer);
  useOnAnswer(answer, (outcome) => {
    if (toFormProblem(outcome) === undefined) setIsAsking(false);
  });
  const { selected, isReady } = selection;
  const isOff = isReady && selected === 0;
  const count = selected > 0 && <span className="tabular">({formatCount(selected)})</span>;
  const what = selected === 1 ? "this alert" : `these ${formatCount(selected)} alerts`;
  return (
    <div className="flex flex-wrap items-center gap-2 max-sm:w-full">
      {mayAcknowledge && (
        <Button
          type="submit"
          form={formId}
          name="intent"
          value="acknowledge"
          icon={<Eye className="size-4" />}
          busy={busy && !isAsking}
          disabled={isOff}
          className="max-sm:flex-1"
        >
          Acknowledge {count}
        </Button>
      )}
      <Button
        type="submit"
        form={formId}
        name="intent"
        value="resolve"
        icon={<CircleCheck className="size-4" />}
        disabled={isOff}
        onClick={(event) => {
          event.preventDefault();
          setIsAsking(true);
        }}
        className="max-sm:flex-1"
      >
        Resolve {count}
      </Button>
      <Dialog
        open={isAsking}
        onClose={() => setIsAsking(false)}
        title={`Resolve ${what}?`}
        description="What happens again after that is a new alert, and is told at once."
        footer={
          <>
            <Button onClick={() => setIsAsking(false)}>Cancel</Button>
            <Button type="submit" form={formId} name="intent" value="resolve" variant="primary" busy={busy}>
              Resolve
            </Button>
          </>
        }
      >
        <TextArea
          form={formId}
          label="What came of it"
          name="note"
          rows={3}
          maxLength={2_000}
          placeholder="For the others"
          error={errorOf(problem, "note")}
          className="mt-4"
        />
      </Dialog>
    </div>
  );
}
