import type { useFetcher } from "@remix-run/react";
import { useState } from "react";
import { kindInWords } from "#app/domain/alerts/alert-words.ts";
import {
  defaultCooldownSeconds,
  definitionOf,
  type RuleKind,
  severities,
} from "#app/domain/alerts/rule-kinds.ts";
import type { RuleView } from "#app/domain/alerts/rule-schema.ts";
import { errorOf, generalErrorOf, toFormProblem } from "../../form-failure.ts";
import { CheckBox } from "../../primitives/check-box.tsx";
import { SelectField, TextField } from "../../primitives/field.tsx";
import { Notice } from "../../primitives/notice.tsx";
import { severityWords } from "../alert-marks.tsx";
import {
  cooldownChoices,
  cooldownInWords,
  spanInWords,
  thresholdLabel,
  windowChoices,
  withCurrent,
} from "./rule-words.ts";

export interface RuleChoices {
  channels: readonly { id: string; name: string }[];
  agents: readonly { id: string; name: string }[];
  /** What can be looked for here. */
  kinds: readonly RuleKind[];
}

interface RuleFormProps extends RuleChoices {
  id: string;
  fetcher: ReturnType<typeof useFetcher>;
  /** Undefined: a new one is made. */
  rule: RuleView | undefined;
}

const fields = ["name", "agentId", "severity", "threshold", "windowSeconds", "cooldownSeconds"];

/** What is looked for, from when on, and who is told. Its buttons stand beside it. */
export function RuleForm({ id, fetcher, rule, channels, agents, kinds }: RuleFormProps) {
  const [chosen, setChosen] = useState<RuleKind>(rule?.kind ?? "policy_denials");
  const problem = toFormProblem(fetcher.data);
  const general = generalErrorOf(problem, fields);
  const { description, severity, byAgent } = definitionOf(chosen);
  return (
    <fetcher.Form id={id} method="post" className="space-y-5">
      <input type="hidden" name="intent" value={rule === undefined ? "add-rule" : "change-rule"} />
      {rule !== undefined && <input type="hidden" name="ruleId" value={rule.id} />}
      {general !== undefined && <Notice tone="bad">{general}</Notice>}
      {rule === undefined && (
        <SelectField
          label="What is looked for"
          name="kind"
          value={chosen}
          onChange={({ target }) => setChosen(kinds.find((kind) => kind === target.value) ?? chosen)}
          hint={description}
        >
          {kinds.map((kind) => (
            <option key={kind} value={kind}>
              {kindInWords(kind)}
            </option>
          ))}
        </SelectField>
      )}
      {rule === undefined && byAgent && (
        <SelectField label="Of which agent" name="agentId" error={errorOf(problem, "agentId")}>
          <option value="">Any agent</option>
          {agents.map((agent) => (
            <option key={agent.id} value={agent.id}>
              {agent.name}
            </option>
          ))}
        </SelectField>
      )}
      {rule?.builtIn !== true && (
        <TextField
          label="Name"
          name="name"
          maxLength={100}
          autoComplete="off"
          defaultValue={rule?.name}
          placeholder={kindInWords(chosen)}
          error={errorOf(problem, "name")}
        />
      )}
      <SelectField
        key={`severity ${chosen}`}
        label="Severity"
        name="severity"
        defaultValue={rule?.severity ?? severity}
        error={errorOf(problem, "severity")}
      >
        {severities.map((one) => (
          <option key={one} value={one}>
            {severityWords[one].label}
          </option>
        ))}
      </SelectField>
      <Numbers key={chosen} kind={chosen} rule={rule} problem={problem} />
      <Told rule={rule} channels={channels} />
    </fetcher.Form>
  );
}

interface NumbersProps {
  kind: RuleKind;
  rule: RuleView | undefined;
  problem: ReturnType<typeof toFormProblem>;
}

/** Only what means something for the kind. */
function Numbers({ kind, rule, problem }: NumbersProps) {
  const { threshold, windowSeconds } = definitionOf(kind);
  const label = thresholdLabel(kind);
  const currentWindow = rule?.windowSeconds ?? windowSeconds;
  const cooldown = rule?.cooldownSeconds ?? defaultCooldownSeconds;
  return (
    <>
      {label !== undefined && (
        <TextField
          label={label}
          name="threshold"
          type="number"
          min={1}
          required
          autoComplete="off"
          defaultValue={rule?.threshold ?? threshold}
          error={errorOf(problem, "threshold")}
        />
      )}
      {windowSeconds !== null && currentWindow !== null && (
        <SelectField
          label="Within"
          name="windowSeconds"
          defaultValue={currentWindow}
          error={errorOf(problem, "windowSeconds")}
        >
          {withCurrent(windowChoices, currentWindow).map((seconds) => (
            <option key={seconds} value={seconds}>
              {spanInWords(seconds)}
            </option>
          ))}
        </SelectField>
      )}
      <SelectField
        label="Told again of the same"
        name="cooldownSeconds"
        defaultValue={cooldown}
        hint="While it is open and goes on. Once somebody has acknowledged it, only if it becomes worse."
        error={errorOf(problem, "cooldownSeconds")}
      >
        {withCurrent(cooldownChoices, cooldown).map((seconds) => (
          <option key={seconds} value={seconds}>
            {cooldownInWords(seconds)}
          </option>
        ))}
      </SelectField>
    </>
  );
}

function Told({ rule, channels }: { rule: RuleView | undefined; channels: RuleChoices["channels"] }) {
  const chosen = rule?.channelIds ?? null;
  const [told, setTold] = useState(chosen === null ? "all" : "chosen");
  return (
    <div className="space-y-2">
      <SelectField
        label="Who is told"
        name="told"
        value={told}
        onChange={({ target }) => setTold(target.value)}
        hint={told === "all" ? "Each channel that lets the severity through." : undefined}
      >
        <option value="all">All channels</option>
        <option value="chosen">Only some channels</option>
      </SelectField>
      {told === "chosen" && (
        <fieldset>
          <legend className="sr-only">Channels</legend>
          {channels.map(({ id, name }) => (
            <CheckBox
              key={id}
              name="channelIds"
              value={id}
              defaultChecked={chosen?.some((one) => one === id) ?? false}
              label={name}
            />
          ))}
          <p className="text-xs text-ink-muted">
            With none ticked it shows on the bell and is told nowhere else.
          </p>
        </fieldset>
      )}
    </div>
  );
}
