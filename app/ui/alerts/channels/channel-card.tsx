import { useFetcher } from "@remix-run/react";
import { Pencil, Power, RotateCcw, Send } from "lucide-react";
import { kindInWords } from "#app/domain/alerts/alert-words.ts";
import type { ChannelView, DeliveryView } from "#app/domain/alerts/channels/channel-schema.ts";
import { EndpointSecret } from "../../agents/endpoint-secret.tsx";
import { keepChoices } from "../../agents/endpoint-words.ts";
import { Badge } from "../../primitives/badge.tsx";
import { Button } from "../../primitives/button.tsx";
import { ConfirmButton } from "../../primitives/confirm-button.tsx";
import { Fact, Facts } from "../../primitives/facts.tsx";
import { SelectField } from "../../primitives/field.tsx";
import { formatCount } from "../../primitives/format.ts";
import { Notice } from "../../primitives/notice.tsx";
import { RelativeTime } from "../../primitives/relative-time.tsx";
import { useOutcomeToast } from "../../use-outcome-toast.ts";
import { channelWords } from "../timeline-words.ts";
import {
  channelIcons,
  channelSecretIn,
  disabledBecause,
  severityFilterWords,
  stateOf,
  targetOf,
  testedIn,
} from "./channel-words.ts";

interface ChannelCardProps {
  channel: ChannelView;
  mayChange: boolean;
  /** Of one that was just made. */
  secret: string | undefined;
  onEdit: () => void;
  /** What came of a form that was sent without JavaScript. */
  answer: unknown;
}

/** One place where alerts are told: what it is, how it does, and what can be done with it. */
export function ChannelCard({ channel, mayChange, secret, onEdit, answer }: ChannelCardProps) {
  // A fetcher keeps its answer while the page's data is loaded again: the secret stays until it is copied.
  const rotate = useFetcher();
  useOutcomeToast(rotate.data);
  const rotated = channelSecretIn(rotate.data ?? answer);
  const shownSecret = rotated?.channelId === channel.id ? rotated.secret : secret;
  const { label, tone } = stateOf(channel);
  const Icon = channelIcons[channel.kind];
  return (
    <li>
      <section
        aria-label={channel.name}
        className="flex h-full flex-col overflow-hidden rounded-tremor-default bg-surface ring-1 ring-line"
      >
        <header className="flex items-start gap-3 px-4 pt-4 sm:px-5">
          <span className="grid size-8 shrink-0 place-items-center rounded bg-sunken text-ink-muted">
            <Icon aria-hidden="true" className="size-4" strokeWidth={1.85} />
          </span>
          <div className="min-w-0 flex-1">
            <h2 className="text-base font-semibold [overflow-wrap:anywhere]">{channel.name}</h2>
            <p className="truncate text-sm text-ink-muted">
              {channelWords[channel.kind]} · <span title={targetOf(channel)}>{targetOf(channel)}</span>
            </p>
          </div>
          <Badge tone={tone}>{label}</Badge>
        </header>
        {shownSecret !== undefined && (
          <div className="mt-4 border-t">
            <EndpointSecret key={shownSecret} secret={shownSecret} />
          </div>
        )}
        <Standing channel={channel} />
        {mayChange && <Controls channel={channel} rotate={rotate} onEdit={onEdit} answer={answer} />}
      </section>
    </li>
  );
}

function Standing({ channel }: { channel: ChannelView }) {
  const { minSeverity, ruleKinds, tellsEnd, status, disabledReason, lastSuccessAt, failingSince } = channel;
  const { lastError, nextAttemptAt } = channel;
  return (
    <div className="flex-1 space-y-3 px-4 py-4 sm:px-5">
      {status === "disabled" && disabledReason !== null && disabledReason !== "person" && (
        <Notice tone="bad" title={disabledBecause[disabledReason]}>
          {lastError}
        </Notice>
      )}
      {status === "active" && failingSince !== null && (
        <Notice
          tone="warn"
          title={
            <>
              It has failed since <RelativeTime at={failingSince} />.
            </>
          }
        >
          {lastError}
          {nextAttemptAt !== null && (
            <>
              {" "}
              The next attempt is due <RelativeTime at={nextAttemptAt} />.
            </>
          )}
        </Notice>
      )}
      <Facts>
        <Fact name="Told of">
          {severityFilterWords[minSeverity]}
          {ruleKinds !== null && `: ${ruleKinds.map(kindInWords).join(", ")}`}
          {!tellsEnd && ", not of their end"}
        </Fact>
        <Fact name="Last success">{lastSuccessAt ? <RelativeTime at={lastSuccessAt} /> : "Never"}</Fact>
      </Facts>
    </div>
  );
}

function Controls({
  channel,
  rotate,
  onEdit,
  answer,
}: Pick<ChannelCardProps, "channel" | "onEdit" | "answer"> & { rotate: ReturnType<typeof useFetcher> }) {
  const test = useFetcher();
  const other = useFetcher();
  useOutcomeToast(test.data);
  useOutcomeToast(other.data);
  const { id, name, kind, status, failingSince } = channel;
  const tested = testedIn(test.data ?? answer);
  const isActive = status === "active";
  return (
    <footer className="space-y-3 border-t px-4 py-3 sm:px-5">
      <div className="flex flex-wrap gap-2">
        <test.Form method="post">
          <input type="hidden" name="intent" value="test-channel" />
          <input type="hidden" name="channelId" value={id} />
          <Button
            type="submit"
            size="sm"
            icon={<Send className="size-3.5" />}
            busy={test.state !== "idle"}
            aria-label={`Send a test to ${name}`}
          >
            Send a test
          </Button>
        </test.Form>
        <Button
          size="sm"
          className="needs-script"
          icon={<Pencil className="size-3.5" />}
          onClick={onEdit}
          aria-label={`Edit ${name}`}
        >
          Edit
        </Button>
        {isActive && failingSince !== null && (
          <other.Form method="post">
            <input type="hidden" name="intent" value="retry-channel" />
            <input type="hidden" name="channelId" value={id} />
            <Button type="submit" size="sm" icon={<RotateCcw className="size-3.5" />}>
              Try now
            </Button>
          </other.Form>
        )}
        <other.Form method="post">
          <input type="hidden" name="intent" value="switch-channel" />
          <input type="hidden" name="channelId" value={id} />
          <input type="hidden" name="status" value={isActive ? "disabled" : "active"} />
          <Button
            type="submit"
            size="sm"
            icon={<Power className="size-3.5" />}
            busy={other.state !== "idle"}
            aria-label={`${isActive ? "Turn off" : "Turn on"} ${name}`}
          >
            {isActive ? "Turn off" : "Turn on"}
          </Button>
        </other.Form>
        {kind === "webhook" && <Rotate channel={channel} fetcher={rotate} />}
        <ConfirmButton
          fetcher={other}
          values={{ intent: "remove-channel", channelId: id }}
          size="sm"
          variant="ghost"
          aria-label={`Remove ${name}`}
          title={`Remove “${name}”?`}
          consequence="It is told of nothing from then on, and what it was given is forgotten. What it was told stays on record."
          confirmLabel="Remove channel"
        >
          Remove
        </ConfirmButton>
      </div>
      {tested?.channelId === id && <TestResult tested={tested} />}
    </footer>
  );
}

function Rotate({
  channel: { id, name },
  fetcher,
}: {
  channel: ChannelView;
  fetcher: ReturnType<typeof useFetcher>;
}) {
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "rotate-channel", channelId: id }}
      size="sm"
      aria-label={`Rotate secret of ${name}`}
      title="Rotate the signing secret?"
      consequence="A new secret signs from now on. The old one may sign beside it, so that the receiver can change over."
      confirmLabel="Rotate secret"
      danger={false}
      fields={
        <SelectField label="The old secret signs for" name="keepPreviousHours" defaultValue="24">
          {keepChoices.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
      }
    >
      Rotate secret
    </ConfirmButton>
  );
}

/** Of each receiver, what came back: mail may have several. */
function TestResult({ tested: { status, attempts } }: { tested: DeliveryView }) {
  const failed = attempts.find(({ outcome }) => outcome === "failed");
  const shown = failed ?? attempts.at(-1);
  return (
    <div role="status">
      <Notice
        tone={status === "delivered" ? "ok" : "warn"}
        title={
          status === "delivered"
            ? `The test was accepted${shown === undefined ? "" : ` in ${formatCount(shown.durationMs)} ms`}.`
            : "The test was not accepted."
        }
      >
        {shown?.error}
        {shown?.responseBody && (
          <code className="line-clamp-3 font-mono text-xs [overflow-wrap:anywhere]">
            {shown.responseBody}
          </code>
        )}
      </Notice>
    </div>
  );
}
