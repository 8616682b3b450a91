import { useFetcher } from "@remix-run/react";
import { coldDaysRange, hotDaysRange } from "#app/domain/integrity/archive/archive-days.ts";
import { errorOf, toFormProblem } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { TextField } from "../primitives/field.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

interface DaysPanelProps {
  hotDays: number;
  coldDays: number;
  mayChange: boolean;
  answer: unknown;
}

export function DaysPanel({ hotDays, coldDays, mayChange, answer }: DaysPanelProps) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const problem = toFormProblem(fetcher.data ?? answer);
  const fields = [
    {
      name: "hotDays",
      label: "Days at hand",
      value: hotDays,
      range: hotDaysRange,
      hint: "Events this young are searched at once.",
    },
    {
      name: "coldDays",
      label: "Days in all",
      value: coldDays,
      range: coldDaysRange,
      hint: "Then the archive with the event is deleted.",
    },
  ];
  if (!mayChange)
    return (
      <Panel title="How long events are kept">
        <p className="text-base">
          {formatCount(hotDays)} days at hand, {formatCount(coldDays)} days in all. Admins of your
          organisation can change it.
        </p>
      </Panel>
    );
  return (
    <Panel title="How long events are kept">
      <fetcher.Form method="post" className="space-y-4">
        <input type="hidden" name="intent" value="days" />
        <div className="grid gap-4 sm:grid-cols-2">
          {fields.map(({ name, label, value, range, hint }) => (
            <TextField
              key={`${name}-${value}`}
              name={name}
              label={label}
              type="number"
              min={range.min}
              max={range.max}
              required
              defaultValue={value}
              hint={`${formatCount(range.min)} to ${formatCount(range.max)}. ${hint}`}
              error={errorOf(problem, name)}
            />
          ))}
        </div>
        <div className="flex justify-end">
          <Button type="submit" variant="primary" busy={fetcher.state !== "idle"}>
            Save
          </Button>
        </div>
      </fetcher.Form>
    </Panel>
  );
}
