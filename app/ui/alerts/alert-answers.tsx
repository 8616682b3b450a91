import { useFetcher } from "@remix-run/react";
import { CircleCheck, Eye, EyeOff, Moon, Sun } from "lucide-react";
import type { AlertView } from "#app/domain/alerts/alert-schema.ts";
import { errorOf, toFormProblem } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { TextArea } from "../primitives/field.tsx";
import { Menu, menuItem } from "../primitives/menu.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

/** How long an alert can be put off. */
export const snoozeChoices = [
  { minutes: 60, label: "For an hour" },
  { minutes: 240, label: "For 4 hours" },
  { minutes: 1_440, label: "For a day" },
  { minutes: 10_080, label: "For a week" },
] as const;

/** What somebody can answer to an alert: it is seen, later, done. Of a resolved one nothing is left. */
export function AlertAnswers({ alert }: { alert: AlertView }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  if (alert.status === "resolved") return null;
  const busy = fetcher.state !== "idle";
  const problem = toFormProblem(fetcher.data);
  const isSnoozed = alert.snoozedUntil !== null;
  return (
    <>
      {alert.status === "open" ? (
        <fetcher.Form method="post">
          <Button
            type="submit"
            name="intent"
            value="acknowledge"
            variant="primary"
            icon={<Eye className="size-4" />}
            busy={busy}
          >
            Acknowledge
          </Button>
        </fetcher.Form>
      ) : (
        <fetcher.Form method="post">
          <Button
            type="submit"
            name="intent"
            value="unacknowledge"
            variant="ghost"
            icon={<EyeOff className="size-4" />}
            busy={busy}
          >
            Take back
          </Button>
        </fetcher.Form>
      )}
      {isSnoozed ? (
        <fetcher.Form method="post">
          <Button type="submit" name="intent" value="unsnooze" icon={<Sun className="size-4" />} busy={busy}>
            End snooze
          </Button>
        </fetcher.Form>
      ) : (
        <Menu label="Snooze" icon={<Moon aria-hidden="true" className="size-4" />} className="w-48">
          {(close) =>
            snoozeChoices.map(({ minutes, label }) => (
              <li key={minutes}>
                <fetcher.Form method="post" onSubmit={close}>
                  <input type="hidden" name="intent" value="snooze" />
                  <button type="submit" name="minutes" value={minutes} className={menuItem}>
                    <span className="font-medium text-ink">{label}</span>
                  </button>
                </fetcher.Form>
              </li>
            ))
          }
        </Menu>
      )}
      <ConfirmButton
        fetcher={fetcher}
        values={{ intent: "resolve" }}
        variant={alert.status === "acknowledged" ? "primary" : "secondary"}
        icon={<CircleCheck className="size-4" />}
        title="Resolve this alert?"
        consequence="What happens again after that is a new alert, and is told at once."
        confirmLabel="Resolve"
        danger={false}
        fields={
          <TextArea
            label="What came of it"
            name="note"
            rows={3}
            maxLength={2_000}
            placeholder="For the others"
            error={errorOf(problem, "note")}
          />
        }
      >
        Resolve
      </ConfirmButton>
    </>
  );
}
