import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import { errorOf, type FormProblem } from "../form-failure.ts";
import { ChoiceField, TextArea, TextField } from "../primitives/field.tsx";
import { keysOf, mailboxModes, thinkingModes, tiers } from "./agent-words.ts";

export const agentFieldNames = ["name", "description", "modelTier", "thinkingMode", "mailboxMode"] as const;

type Initial = Pick<AgentView, "name" | "description" | "modelTier" | "thinkingMode"> &
  Partial<Pick<AgentView, "mailboxMode">>;

const blank: Initial = { name: "", description: null, modelTier: "sonnet", thinkingMode: "off" };

/** Pushing needs an endpoint first. */
const settableModes = keysOf(mailboxModes).filter((mode) => mode !== "push");

/** The fields of an agent's profile, for making one and for changing it. */
export function AgentFields({
  initial = blank,
  problem,
  autoFocus = false,
}: {
  initial?: Initial;
  problem: FormProblem | undefined;
  autoFocus?: boolean;
}) {
  return (
    <>
      <TextField
        label="Name"
        name="name"
        required
        maxLength={100}
        autoComplete="off"
        autoFocus={autoFocus}
        defaultValue={initial.name}
        placeholder="Release planner"
        error={errorOf(problem, "name")}
      />
      <TextArea
        label="Description"
        name="description"
        maxLength={2_000}
        defaultValue={initial.description ?? ""}
        placeholder="What it does, for the people who watch it."
        error={errorOf(problem, "description")}
      />
      <ChoiceField
        label="Model tier"
        name="modelTier"
        defaultValue={initial.modelTier}
        choices={keysOf(tiers).map((tier) => ({ value: tier, ...tiers[tier] }))}
        error={errorOf(problem, "modelTier")}
      />
      <ChoiceField
        label="Thinking"
        name="thinkingMode"
        defaultValue={initial.thinkingMode}
        choices={keysOf(thinkingModes).map((mode) => ({ value: mode, ...thinkingModes[mode] }))}
        error={errorOf(problem, "thinkingMode")}
        columns="grid-cols-2 sm:grid-cols-4"
      />
      {initial.mailboxMode && initial.mailboxMode !== "push" && (
        <ChoiceField
          label="Mailbox"
          name="mailboxMode"
          defaultValue={initial.mailboxMode}
          choices={settableModes.map((mode) => ({ value: mode, ...mailboxModes[mode] }))}
          error={errorOf(problem, "mailboxMode")}
          columns="sm:grid-cols-2"
        />
      )}
    </>
  );
}
