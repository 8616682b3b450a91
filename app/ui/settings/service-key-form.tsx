import type { useFetcher } from "@remix-run/react";
import { useId } from "react";
import { defaultServiceKeyScopes, type Scope, scopeMeanings } from "#app/domain/auth/scopes.ts";
import { errorOf, generalErrorOf, toFormProblem } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { SelectField, TextField } from "../primitives/field.tsx";

interface ServiceKeyFormProps {
  fetcher: Pick<ReturnType<typeof useFetcher>, "Form" | "state">;
  /** What may be chosen. */
  scopes: readonly Scope[];
  answer: unknown;
}

export function ServiceKeyForm({ fetcher, scopes, answer }: ServiceKeyFormProps) {
  const problem = toFormProblem(answer);
  const general = generalErrorOf(problem, ["name", "scopes", "expiresInDays"]);
  return (
    <fetcher.Form method="post" className="space-y-4 p-4 sm:p-5">
      <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_12rem]">
        <TextField
          label="Name"
          name="name"
          required
          maxLength={100}
          autoComplete="off"
          placeholder="What uses it, such as data warehouse"
          error={errorOf(problem, "name") ?? general}
        />
        <SelectField
          label="Expires"
          name="expiresInDays"
          defaultValue="90"
          error={errorOf(problem, "expiresInDays")}
        >
          <option value="30">In 30 days</option>
          <option value="90">In 90 days</option>
          <option value="365">In a year</option>
          <option value="">Never</option>
        </SelectField>
      </div>
      <Rights scopes={scopes} error={errorOf(problem, "scopes")} />
      <div>
        <input type="hidden" name="intent" value="create" />
        <Button type="submit" variant="primary" busy={fetcher.state !== "idle"}>
          Create key
        </Button>
      </div>
    </fetcher.Form>
  );
}

function Rights({ scopes, error }: { scopes: readonly Scope[]; error: string | undefined }) {
  const id = useId();
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined}>
      <legend className="mb-1.5 text-sm font-medium">What it may do</legend>
      <div className="grid gap-x-6 sm:grid-cols-2">
        {scopes.map((scope) => (
          <label
            key={scope}
            className="flex min-h-10 cursor-pointer items-start gap-2.5 rounded px-1 py-1.5 text-sm hover:bg-hover"
          >
            <input
              type="checkbox"
              name="scopes"
              value={scope}
              defaultChecked={defaultServiceKeyScopes.includes(scope)}
              className="form-checkbox mt-0.5 size-4 rounded-sm border-line-strong bg-surface text-accent"
            />
            <span className="min-w-0">
              {scopeMeanings[scope]} <code className="font-mono text-xs text-ink-muted">{scope}</code>
            </span>
          </label>
        ))}
      </div>
      {error && (
        <p id={`${id}-error`} className="mt-1.5 text-sm text-bad-ink">
          {error}
        </p>
      )}
    </fieldset>
  );
}
