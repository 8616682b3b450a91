import { Link } from "@remix-run/react";
import type { AttemptView } from "#app/domain/messaging/endpoint-schema.ts";
import type { AgentId } from "#db/ids.ts";
import { Badge } from "../primitives/badge.tsx";
import { formatCount } from "../primitives/format.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { agentMessagePath } from "./agent-words.ts";

/** The last tries to post a message, the newest first, each with what came back. */
export function AttemptList({ agentId, attempts }: { agentId: AgentId; attempts: AttemptView[] }) {
  if (attempts.length === 0)
    return <p className="border-t px-4 py-4 text-sm text-ink-muted sm:px-5">Nothing has been posted yet.</p>;
  return (
    <div className="border-t">
      <h3 id="last-attempts" className="px-4 pt-4 text-sm font-medium sm:px-5">
        Last attempts
      </h3>
      <ol aria-labelledby="last-attempts" className="divide-y">
        {attempts.map((attempt) => (
          <Attempt key={`${attempt.messageId} ${attempt.startedAt}`} agentId={agentId} attempt={attempt} />
        ))}
      </ol>
    </div>
  );
}

function Attempt({ agentId, attempt }: { agentId: AgentId; attempt: AttemptView }) {
  const { outcome, statusCode, error, responseBody } = attempt;
  return (
    <li className="px-4 py-2.5 text-sm sm:px-5">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={outcome === "delivered" ? "ok" : "bad"}>{statusCode ?? "No answer"}</Badge>
        <Link
          to={agentMessagePath(agentId, attempt.messageId)}
          className="rounded-sm text-ink underline decoration-line-strong underline-offset-2 hover:decoration-current"
        >
          Attempt {attempt.attempt}
        </Link>
        <span className="tabular text-xs text-ink-muted">{formatCount(attempt.durationMs)} ms</span>
        <RelativeTime at={attempt.startedAt} className="tabular ml-auto text-xs text-ink-muted" />
      </p>
      {statusCode === null && error && <p className="mt-1 text-xs text-ink-muted">{error}</p>}
      {responseBody && (
        <p className="mt-1 line-clamp-2 font-mono text-xs text-ink-muted [overflow-wrap:anywhere]">
          {responseBody}
        </p>
      )}
    </li>
  );
}
