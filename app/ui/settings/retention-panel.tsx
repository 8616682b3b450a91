import { useFetcher } from "@remix-run/react";
import { useEffect, useId, useState } from "react";
import type { RetentionDays, RetentionView } from "#app/domain/retention/schema.ts";
import { Button } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { type Choice, ChoiceField } from "../primitives/field.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

const names = { 30: "30 days", 90: "90 days", 365: "1 year" } as const;

const nameOf = (days: RetentionDays): string => (days === null ? "Forever" : names[days]);

interface RetentionPanelProps {
  retention: RetentionView;
  mayChange: boolean;
}

/** For how long messages are kept, and what each choice would take. */
export function RetentionPanel({ retention, mayChange }: RetentionPanelProps) {
  const fetcher = useFetcher();
  const formId = useId();
  useOutcomeToast(fetcher.data);
  const { days, older, countedTo } = retention;
  const current = String(days ?? "forever");
  const [chosen, setChosen] = useState(current);
  useEffect(() => setChosen(current), [current]);

  const choice = older.find((one) => String(one.days) === chosen);
  const isShorter = choice !== undefined && (days === null || choice.days < days);
  const taken = choice?.messages === 0 ? undefined : choice;
  return (
    <Panel
      title="Retention"
      description="Messages older than this are removed once a day, the oldest first. Figures and the audit trail are kept, and so is what is on hold."
    >
      {mayChange ? (
        <>
          <fetcher.Form
            method="post"
            id={formId}
            // What was chosen and then left is not what holds after another change.
            key={current}
            onChange={({ target }) => {
              if (target instanceof HTMLInputElement) setChosen(target.value);
            }}
          >
            <input type="hidden" name="intent" value="retention" />
            <ChoiceField
              label="Keep messages for"
              name="days"
              defaultValue={current}
              columns="grid-cols-2 lg:grid-cols-4"
              choices={[...older.map((one) => choiceOf(one, countedTo)), forever]}
            />
          </fetcher.Form>
          {/* Beside the form: the question has a form of its own. */}
          <div className="mt-4 flex justify-end">
            {isShorter && taken ? (
              <ConfirmButton
                fetcher={fetcher}
                values={{ intent: "retention", days: chosen }}
                variant="primary"
                title={`Keep messages for ${nameOf(taken.days)}?`}
                consequence={`${inWords(taken.messages, countedTo)} older than that. They are removed tonight, unless they are on hold, and cannot be brought back.`}
                confirmLabel="Shorten retention"
              >
                Save
              </ConfirmButton>
            ) : (
              <Button type="submit" form={formId} variant="primary" busy={fetcher.state !== "idle"}>
                Save
              </Button>
            )}
          </div>
        </>
      ) : (
        <p className="text-base">
          Messages are kept {days === null ? "forever" : `for ${nameOf(days).toLowerCase()}`}.
        </p>
      )}
    </Panel>
  );
}

const forever: Choice = { value: "forever", label: "Forever", detail: "Nothing is removed" };

function choiceOf({ days, messages }: RetentionView["older"][number], countedTo: number): Choice {
  return {
    value: String(days),
    label: nameOf(days),
    detail: messages === 0 ? "No message is older" : `${inWords(messages, countedTo)} older`,
  };
}

/** "1 message is", "12 messages are", "More than 10,000 messages are". */
function inWords(messages: number | null, countedTo: number): string {
  if (messages === 1) return "1 message is";
  return messages === null
    ? `More than ${formatCount(countedTo)} messages are`
    : `${formatCount(messages)} messages are`;
}
