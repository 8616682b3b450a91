import type { useFetcher } from "@remix-run/react";
import { useId } from "react";
import type { ChannelKind, ChannelView } from "#app/domain/alerts/channels/channel-schema.ts";
import { definitionOf, ruleKindNames, severities } from "#app/domain/alerts/rule-kinds.ts";
import { errorOf, type FormProblem, generalErrorOf, toFormProblem } from "../../form-failure.ts";
import { CheckBox } from "../../primitives/check-box.tsx";
import { SelectField, TextArea, TextField } from "../../primitives/field.tsx";
import { Notice } from "../../primitives/notice.tsx";
import { severityFilterWords } from "./channel-words.ts";

interface ChannelFormProps {
  id: string;
  fetcher: ReturnType<typeof useFetcher>;
  kind: ChannelKind;
  /** Undefined: a new one is made. */
  channel: ChannelView | undefined;
}

const fields = ["name", "minSeverity", "url", "webhookUrl", "routingKey"];

/** What is to be known of a channel, new or not. Its buttons stand in the drawer's foot. */
export function ChannelForm({ id, fetcher, kind, channel }: ChannelFormProps) {
  const problem = toFormProblem(fetcher.data);
  const general = addressErrorOf(problem) === undefined ? generalErrorOf(problem, fields) : undefined;
  return (
    <fetcher.Form id={id} method="post" className="space-y-5">
      <input type="hidden" name="intent" value={channel === undefined ? "add-channel" : "change-channel"} />
      <input type="hidden" name="kind" value={kind} />
      {channel !== undefined && <input type="hidden" name="channelId" value={channel.id} />}
      {general !== undefined && <Notice tone="bad">{general}</Notice>}
      <TextField
        label="Name"
        name="name"
        required
        maxLength={100}
        autoComplete="off"
        defaultValue={channel?.name}
        placeholder="Who is told, such as On call"
        error={errorOf(problem, "name")}
      />
      <Target kind={kind} channel={channel} problem={problem} />
      <SelectField
        label="Tell of"
        name="minSeverity"
        defaultValue={channel?.minSeverity ?? "warning"}
        error={errorOf(problem, "minSeverity")}
      >
        {severities.map((severity) => (
          <option key={severity} value={severity}>
            {severityFilterWords[severity]}
          </option>
        ))}
      </SelectField>
      <CheckBox
        name="tellsEnd"
        defaultChecked={channel?.tellsEnd ?? true}
        label="Tell also when it is acknowledged or resolved"
      />
      <Kinds chosen={channel?.ruleKinds ?? null} />
    </fetcher.Form>
  );
}

/** The address that is wrong, among several. */
const addressErrorOf = (problem: FormProblem | undefined): string | undefined =>
  errorOf(problem, problem?.errors.find(({ path }) => path.startsWith("addresses"))?.path ?? "addresses");

function Target({
  kind,
  channel,
  problem,
}: Pick<ChannelFormProps, "kind" | "channel"> & { problem: FormProblem | undefined }) {
  const kept = channel === undefined ? undefined : `Leave it empty to keep what ends in ${channel.hint}.`;
  switch (kind) {
    case "email":
      return (
        <div className="space-y-3">
          <CheckBox
            name="toAdmins"
            defaultChecked={channel?.toAdmins ?? true}
            label="Mail the admins, whoever they are at the time"
          />
          <TextArea
            label="Addresses beside them"
            name="addresses"
            defaultValue={channel?.addresses.join("\n")}
            placeholder="oncall@example.com"
            hint="One a line. What cannot be delivered to one is tried again for that one alone."
            error={addressErrorOf(problem)}
          />
        </div>
      );
    case "webhook":
      return (
        <TextField
          label="URL"
          name="url"
          type="url"
          required
          autoComplete="off"
          defaultValue={channel?.url ?? undefined}
          placeholder="https://hooks.example.com/alerts"
          hint={
            channel === undefined
              ? "Requests are signed by Standard Webhooks. The secret is shown once, when the channel is made."
              : "Another URL gets a new secret, and the old one ends at once."
          }
          error={errorOf(problem, "url")}
        />
      );
    case "slack":
      return (
        <TextField
          label="Address of the incoming webhook"
          name="webhookUrl"
          type="url"
          required={channel === undefined}
          autoComplete="off"
          placeholder="https://hooks.slack.com/services/…"
          hint={kept ?? "Slack gives it under “Incoming Webhooks”. It is kept sealed and never shown again."}
          error={errorOf(problem, "webhookUrl")}
        />
      );
    case "pagerduty":
      return (
        <TextField
          label="Integration key"
          name="routingKey"
          required={channel === undefined}
          autoComplete="off"
          spellCheck={false}
          hint={kept ?? "PagerDuty gives it for an “Events API v2” integration. It is kept sealed."}
          error={errorOf(problem, "routingKey")}
        />
      );
  }
}

/** Folded: most channels are told of everything. */
function Kinds({ chosen }: { chosen: ChannelView["ruleKinds"] }) {
  const id = useId();
  return (
    <details open={chosen !== null}>
      <summary id={id} className="cursor-pointer rounded-sm py-1 text-sm font-medium">
        Only certain kinds of alerts
      </summary>
      <p className="mt-1 text-xs text-ink-muted">With none ticked it is told of every kind.</p>
      {/* biome-ignore lint/a11y/useSemanticElements: the summary is what names the group */}
      <div role="group" aria-labelledby={id} className="mt-1 grid sm:grid-cols-2">
        {ruleKindNames.map((kind) => (
          <CheckBox
            key={kind}
            name="ruleKinds"
            value={kind}
            defaultChecked={chosen?.includes(kind) ?? false}
            label={definitionOf(kind).label}
          />
        ))}
      </div>
    </details>
  );
}
