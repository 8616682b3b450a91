import { useFetcher } from "@remix-run/react";
import { useId } from "react";
import { definitionOf } from "#app/domain/alerts/rule-kinds.ts";
import type { RuleView } from "#app/domain/alerts/rule-schema.ts";
import { toFormProblem } from "../../form-failure.ts";
import { Button } from "../../primitives/button.tsx";
import { ConfirmButton } from "../../primitives/confirm-button.tsx";
import { Drawer } from "../../primitives/drawer.tsx";
import { useOnAnswer } from "../../use-on-answer.ts";
import { useOutcomeToast } from "../../use-outcome-toast.ts";
import { type RuleChoices, RuleForm } from "./rule-form.tsx";

/** Which rule's form is open: one that is there, or a new one's. */
export type OpenRule = { rule: RuleView | undefined };

interface RuleDrawerProps extends RuleChoices {
  open: OpenRule | undefined;
  onClose: () => void;
}

export function RuleDrawer({ open, ...rest }: RuleDrawerProps) {
  const rule = open?.rule;
  return (
    <Drawer
      open={open !== undefined}
      onClose={rest.onClose}
      title={rule?.name ?? "New rule"}
      description={rule && definitionOf(rule.kind).description}
    >
      {open && <Body open={open} {...rest} />}
    </Drawer>
  );
}

/** Mounted with the drawer: it has an answer of its own each time. */
function Body({ open: { rule }, onClose, ...choices }: RuleDrawerProps & { open: OpenRule }) {
  const id = useId();
  const save = useFetcher();
  const remove = useFetcher();
  const closeWhenDone = (answer: unknown) => {
    if (toFormProblem(answer) === undefined) onClose();
  };
  useOutcomeToast(save.data);
  useOutcomeToast(remove.data);
  useOnAnswer(save.data, closeWhenDone);
  useOnAnswer(remove.data, closeWhenDone);
  return (
    <>
      <RuleForm id={id} fetcher={save} rule={rule} {...choices} />
      <div className="mt-6 flex flex-wrap justify-end gap-2">
        {rule !== undefined && !rule.builtIn && (
          <span className="mr-auto">
            <ConfirmButton
              fetcher={remove}
              values={{ intent: "remove-rule", ruleId: rule.id }}
              variant="ghost"
              title={`Remove “${rule.name}”?`}
              consequence="Its alerts that are open are resolved. The built-in rule of its kind stays."
              confirmLabel="Remove rule"
            >
              Remove
            </ConfirmButton>
          </span>
        )}
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" form={id} variant="primary" busy={save.state !== "idle"}>
          {rule === undefined ? "Add rule" : "Save"}
        </Button>
      </div>
    </>
  );
}
