import { Link, useFetcher } from "@remix-run/react";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import type { BlockedToolCall, ToolBlockReason, ToolPolicy } from "#app/domain/tools/tool-schema.ts";
import { auditHref, dashboardAudit } from "../audit/audit-href.ts";
import { errorOf, generalErrorOf, toFormProblem } from "../form-failure.ts";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { TextArea } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

export interface ToolsPanelProps {
  agent: Pick<AgentView, "id" | "name">;
  policy: ToolPolicy;
  /** The newest; undefined for who may not read the audit trail. */
  blockedCalls: BlockedToolCall[] | undefined;
  /** What came of a form that was posted without JavaScript. */
  answer: unknown;
  mayWrite: boolean;
}

/** Which tools the agent may call, and what it asked for in vain. */
export function ToolsPanel({ agent, policy, blockedCalls, answer, mayWrite }: ToolsPanelProps) {
  return (
    <Panel
      title="Tools"
      description={
        policy.allow.length === 0
          ? "It may call every tool that is not denied."
          : "It may call what is allowed here and not denied."
      }
      flush
    >
      {mayWrite ? (
        // With other lists, the form starts anew.
        <PolicyForm key={JSON.stringify([policy.allow, policy.deny])} policy={policy} answer={answer} />
      ) : (
        <PolicyLists policy={policy} />
      )}
      {blockedCalls && <BlockedCalls agent={agent} calls={blockedCalls} />}
    </Panel>
  );
}

const listHint = "One name a line; * stands for any text, as in fs.*";

function PolicyForm({ policy, answer }: Pick<ToolsPanelProps, "policy" | "answer">) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const problem = toFormProblem(fetcher.data ?? answer);
  const general = generalErrorOf(toFormProblem(fetcher.data), ["allow", "deny"]);
  return (
    <fetcher.Form method="post" className="px-4 py-4 sm:px-5">
      <input type="hidden" name="intent" value="set-tools" />
      {general && (
        <Notice tone="bad" className="mb-4">
          {general}
        </Notice>
      )}
      <div className="grid gap-4 md:grid-cols-2">
        <TextArea
          label="Allowed"
          name="allow"
          hint={`${listHint}. Empty: everything.`}
          defaultValue={policy.allow.join("\n")}
          error={errorOf(problem, "allow")}
          spellCheck={false}
          autoCapitalize="off"
        />
        <TextArea
          label="Denied"
          name="deny"
          hint="Comes before what is allowed."
          defaultValue={policy.deny.join("\n")}
          error={errorOf(problem, "deny")}
          spellCheck={false}
          autoCapitalize="off"
        />
      </div>
      <Button type="submit" className="mt-4" busy={fetcher.state !== "idle"}>
        Save tools
      </Button>
    </fetcher.Form>
  );
}

function PolicyLists({ policy }: Pick<ToolsPanelProps, "policy">) {
  const lists = [
    { title: "Allowed", patterns: policy.allow, empty: "Everything that is not denied." },
    { title: "Denied", patterns: policy.deny, empty: "Nothing." },
  ];
  return (
    <div className="grid gap-4 px-4 py-4 sm:px-5 md:grid-cols-2">
      {lists.map(({ title, patterns, empty }) => (
        <section key={title} aria-label={title} className="min-w-0">
          <h3 className="text-sm font-medium">{title}</h3>
          {patterns.length === 0 ? (
            <p className="mt-1 text-sm text-ink-muted">{empty}</p>
          ) : (
            <ul className="mt-1 space-y-1">
              {patterns.map((pattern) => (
                <li key={pattern} className="break-all font-mono text-xs">
                  {pattern}
                </li>
              ))}
            </ul>
          )}
        </section>
      ))}
    </div>
  );
}

const reasons: Record<ToolBlockReason, string> = {
  denied: "Denied",
  not_allowed: "Not allowed",
  agent_paused: "Agent paused",
};

function BlockedCalls({ agent, calls }: { agent: ToolsPanelProps["agent"]; calls: BlockedToolCall[] }) {
  return (
    <section aria-labelledby="blocked-calls" className="border-t">
      <header className="flex items-baseline justify-between gap-3 px-4 pt-3.5 sm:px-5">
        <h3 id="blocked-calls" className="text-sm font-medium">
          Blocked calls
        </h3>
        <Link
          to={auditHref(dashboardAudit, { resourceId: agent.id, action: "tool.blocked" })}
          className="rounded-sm text-sm text-accent-ink hover:underline"
        >
          In the audit trail
        </Link>
      </header>
      {calls.length === 0 ? (
        <p className="px-4 pb-4 pt-2 text-sm text-ink-muted sm:px-5">None in the last 30 days.</p>
      ) : (
        <ul className="divide-y pb-1 pt-1">
          {calls.map(({ eventId, at, tool, reason, pattern }) => (
            <li key={eventId} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 sm:px-5">
              <code className="min-w-0 break-all font-mono text-xs">{tool}</code>
              <Badge tone="warn">{reasons[reason]}</Badge>
              {pattern !== null && (
                <span className="min-w-0 break-all text-xs text-ink-muted">
                  by <code className="font-mono">{pattern}</code>
                </span>
              )}
              <span className="ml-auto text-xs text-ink-muted">
                <RelativeTime at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
