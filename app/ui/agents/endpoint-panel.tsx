import { useFetcher } from "@remix-run/react";
import { ChevronRight } from "lucide-react";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import type { AttemptView, EndpointView } from "#app/domain/messaging/endpoint-schema.ts";
import { errorOf, generalErrorOf, toFormProblem } from "../form-failure.ts";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { TextField } from "../primitives/field.tsx";
import { formatCount } from "../primitives/format.ts";
import { Notice } from "../primitives/notice.tsx";
import { Panel } from "../primitives/panel.tsx";
import { ExactTime, RelativeTime } from "../primitives/relative-time.tsx";
import { AttemptList } from "./endpoint-attempts.tsx";
import { EndpointControls } from "./endpoint-controls.tsx";
import { EndpointSecret, endpointSecretIn } from "./endpoint-secret.tsx";
import { disabledBecause, healths } from "./endpoint-words.ts";

export interface EndpointPanelProps {
  agent: Pick<AgentView, "id" | "name">;
  /** Null: it has none, and its messages are read or claimed. */
  push: { endpoint: EndpointView; attempts: AttemptView[] } | null;
  /** What came of a form that was posted without JavaScript. */
  answer: unknown;
  mayWrite: boolean;
}

/** Where an agent's messages are posted to, how that goes, and everything that can be done about it. */
export function EndpointPanel({ agent, push, answer, mayWrite }: EndpointPanelProps) {
  // A fetcher keeps its answer while the page's data is loaded again: the secret stays until it is copied.
  const put = useFetcher();
  const rotate = useFetcher();
  const secret = [rotate.data, put.data, answer].map(endpointSecretIn).find((found) => found !== undefined);
  if (push === null && !mayWrite) return null;
  const badge = push && healths[push.endpoint.health];
  return (
    <Panel
      title="Push endpoint"
      description={
        push === null
          ? "With a URL, new messages are posted there, signed, and nobody has to read the inbox."
          : "New messages are posted here, signed, one after the other."
      }
      actions={badge && <Badge tone={badge.tone}>{badge.label}</Badge>}
      flush
    >
      {push && secret?.url === push.endpoint.url && (
        <EndpointSecret key={secret.secret} secret={secret.secret} />
      )}
      {push === null ? (
        <PutForm fetcher={put} answer={answer} label="Endpoint URL" submit="Push to this URL" />
      ) : (
        <>
          <Standing endpoint={push.endpoint} />
          {mayWrite && (
            <>
              <EndpointControls agent={agent} endpoint={push.endpoint} rotate={rotate} answer={answer} />
              <ChangeUrl fetcher={put} answer={answer} endpoint={push.endpoint} />
            </>
          )}
          <AttemptList agentId={agent.id} attempts={push.attempts} />
        </>
      )}
    </Panel>
  );
}

function Standing({ endpoint }: { endpoint: EndpointView }) {
  const { health, disabledReason, nextAttemptAt, failures, waiting } = endpoint;
  return (
    <div className="space-y-4 px-4 py-4 sm:px-5">
      {health === "disabled" && disabledReason && (
        <Notice tone="bad" title={disabledBecause[disabledReason]}>
          Messages wait until it is enabled.
        </Notice>
      )}
      {health === "backing_off" && (
        <Notice
          tone="warn"
          title={
            failures === 1 ? "The last attempt failed." : `The last ${formatCount(failures)} attempts failed.`
          }
        >
          {nextAttemptAt ? (
            <>
              The next is due <ExactTime at={nextAttemptAt} />.
            </>
          ) : (
            "The next is made in a moment."
          )}
        </Notice>
      )}
      {health === "unused" && (
        <Notice title="Its mailbox is not in push mode.">
          Use this URL again to have messages posted to it.
        </Notice>
      )}
      <Facts>
        <Fact name="URL">
          <code className="font-mono text-xs">{endpoint.url}</code>
        </Fact>
        <Fact name="Waiting">
          <span className="tabular">{waiting >= 1_000 ? "1,000 or more" : formatCount(waiting)}</span>
          {waiting === 1 ? " message" : " messages"}
        </Fact>
        <Fact name="Last success">
          {endpoint.lastSuccessAt ? <RelativeTime at={endpoint.lastSuccessAt} /> : "Never"}
        </Fact>
        {endpoint.previousSecretUntil && (
          <Fact name="Old secret">
            signs too, ends <RelativeTime at={endpoint.previousSecretUntil} />
          </Fact>
        )}
      </Facts>
    </div>
  );
}

interface PutProps {
  fetcher: Pick<ReturnType<typeof useFetcher>, "Form" | "state" | "data">;
  answer: unknown;
}

function PutForm({
  fetcher,
  answer,
  label,
  submit,
  url = "",
}: PutProps & { label: string; submit: string; url?: string }) {
  const problem = toFormProblem(fetcher.data ?? answer);
  const error = errorOf(problem, "url") ?? generalErrorOf(toFormProblem(fetcher.data), ["url"]);
  return (
    <fetcher.Form method="post" className="px-4 py-4 sm:px-5">
      <input type="hidden" name="intent" value="put-endpoint" />
      <div className="flex flex-wrap items-end gap-2">
        <TextField
          className="min-w-0 flex-1 basis-64"
          label={label}
          name="url"
          type="url"
          required
          maxLength={2_048}
          autoComplete="off"
          defaultValue={url}
          placeholder="https://agent.example.com/signalbox"
          error={error}
        />
        <Button type="submit" busy={fetcher.state !== "idle"} className="sm:!h-9">
          {submit}
        </Button>
      </div>
    </fetcher.Form>
  );
}

function ChangeUrl({ endpoint, ...put }: PutProps & { endpoint: EndpointView }) {
  const hasProblem = toFormProblem(put.fetcher.data ?? put.answer) !== undefined;
  return (
    <details className="group border-t" open={hasProblem || undefined}>
      <summary className="flex min-h-11 cursor-pointer list-none items-center gap-1.5 px-4 text-sm text-ink-muted transition-colors [outline-offset:-2px] hover:bg-hover hover:text-ink sm:px-5 [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden="true" className="size-4 transition-transform group-open:rotate-90" />
        {endpoint.health === "unused" ? "Use it again, or another URL" : "Use another URL"}
      </summary>
      <PutForm key={endpoint.url} {...put} label="URL" submit="Use this URL" url={endpoint.url} />
      <p className="px-4 pb-4 text-xs text-ink-muted sm:px-5">
        Another URL gets a new secret, and the old one ends at once.
      </p>
    </details>
  );
}
