import { useFetcher, useRevalidator } from "@remix-run/react";
import { Eraser } from "lucide-react";
import { useEffect, useState } from "react";
import type { ErasureList, ErasureState, ErasureSubject, ErasureView } from "#app/domain/retention/schema.ts";
import { errorOf, toFormProblem } from "../form-failure.ts";
import { Badge, type Tone } from "../primitives/badge.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { SelectField, TextField } from "../primitives/field.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

interface ErasurePanelProps extends ErasureList {
  subjects: readonly ErasureSubject[];
}

/** How often the progress of what is under way is looked at. */
const lookEveryMs = 2_000;

/** Empties what one agent or person has written, and shows what was emptied so far. */
export function ErasurePanel({ erasures, nextCursor, subjects }: ErasurePanelProps) {
  useProgress(erasures.some(({ state }) => state !== "done"));
  return (
    <Panel
      title="Erasure"
      description="Empties the contents of all messages that one agent or person has written. Who wrote to whom and when, the figures and the audit trail stay."
      flush
    >
      <EraseForm subjects={subjects} />
      {erasures.length > 0 && (
        <ul aria-label="Erasures" className="divide-y border-t">
          {erasures.map((erasure) => (
            <Erasure key={erasure.id} erasure={erasure} />
          ))}
        </ul>
      )}
      {nextCursor && (
        <div className="border-t px-4 py-2.5 sm:px-5">
          <ButtonLink to={`?erasures=${nextCursor}`} size="sm" preventScrollReset>
            Older erasures
          </ButtonLink>
        </div>
      )}
    </Panel>
  );
}

function EraseForm({ subjects }: { subjects: readonly ErasureSubject[] }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const [chosenId, setChosenId] = useState("");
  const chosen = subjects.find(({ id }) => id === chosenId);
  const ofKind = (kind: ErasureSubject["kind"]) => subjects.filter((subject) => subject.kind === kind);
  const options = (some: readonly ErasureSubject[]) =>
    some.map(({ id, name }) => (
      <option key={id} value={id}>
        {name}
      </option>
    ));
  return (
    <div className="flex flex-wrap items-end gap-3 px-4 py-4 sm:px-5">
      <SelectField
        label="Whose contents"
        name="subjectId"
        value={chosenId}
        onChange={({ target }) => setChosenId(target.value)}
        className="min-w-0 flex-1 basis-52"
      >
        <option value="">Choose an agent or a person</option>
        <optgroup label="Agents">{options(ofKind("agent"))}</optgroup>
        <optgroup label="People">{options(ofKind("member"))}</optgroup>
      </SelectField>
      {chosen && (
        <ConfirmButton
          fetcher={fetcher}
          values={{ intent: "erase", subjectId: chosen.id }}
          variant="danger"
          icon={<Eraser className="size-4" />}
          title={`Erase what ${chosen.name} has written?`}
          consequence={`The contents of all messages that ${chosen.name} has written until now are emptied. This cannot be undone. What is on hold is left as it is.`}
          confirmLabel="Erase for good"
          fields={
            <div className="space-y-4">
              <label className="flex min-h-8 cursor-pointer items-center gap-2.5 text-sm">
                <input
                  type="checkbox"
                  name="includeReceived"
                  value="1"
                  className="form-checkbox size-4 rounded-sm border-line-strong bg-surface text-accent"
                />
                Also what was written to {chosen.name}
              </label>
              <TextField
                label="Reason"
                name="reason"
                required
                maxLength={500}
                placeholder="Why, for the record"
                error={errorOf(toFormProblem(fetcher.data), "reason")}
              />
            </div>
          }
        >
          Erase…
        </ConfirmButton>
      )}
    </div>
  );
}

const states: Record<ErasureState, { label: string; tone: Tone }> = {
  waiting: { label: "Waiting", tone: "neutral" },
  running: { label: "Under way", tone: "info" },
  done: { label: "Done", tone: "ok" },
};

function Erasure({ erasure }: { erasure: ErasureView }) {
  const { subject, includeReceived, reason, state, erased, heldBack, requestedBy, createdAt } = erasure;
  const { label, tone } = states[state];
  return (
    <li className="px-4 py-3 sm:px-5">
      <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-sm">
        <span className="font-medium [overflow-wrap:anywhere]">{subject.name}</span>
        <Badge tone={tone}>{label}</Badge>
        <span className="tabular text-ink-muted">
          {formatCount(erased)} erased
          {heldBack > 0 && `, ${formatCount(heldBack)} on hold and left`}
        </span>
      </p>
      <p className="mt-0.5 text-xs text-ink-muted [overflow-wrap:anywhere]">
        {includeReceived ? "Written and received" : "Written"} · {reason} · {requestedBy?.name ?? "Somebody"},{" "}
        <RelativeTime at={createdAt} />
      </p>
    </li>
  );
}

function useProgress(isUnderWay: boolean): void {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    if (!isUnderWay) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") revalidate();
    }, lookEveryMs);
    return () => clearInterval(timer);
  }, [isUnderWay, revalidate]);
}
