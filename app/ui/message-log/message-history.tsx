import { useFetcher } from "@remix-run/react";
import { useEffect } from "react";
import type { AttemptView, MessageEventView, MessageHistory } from "#app/domain/messaging/trail-schema.ts";
import { Badge, type Tone } from "../primitives/badge.tsx";
import { CodeBlock } from "../primitives/code-block.tsx";
import { cx } from "../primitives/cx.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";

/** How a message was posted to its endpoint and what happened to it; asked for when it is opened. */
export function MessageHistoryPanel({ messageId }: { messageId: string }) {
  const { load, data, state } = useFetcher<MessageHistory>({ key: `history-${messageId}` });
  useEffect(() => load(`/dashboard/messages/${messageId}/history`), [messageId, load]);
  if (data === undefined)
    return state === "idle" ? null : (
      <div aria-busy="true" className="mt-6 space-y-3 border-t pt-6">
        <Skeleton className="h-4 w-32" />
        <Skeleton className="h-4 w-full" />
      </div>
    );
  return (
    <div className="mt-6 space-y-6 border-t pt-6">
      {data.attempts.length > 0 && <Attempts attempts={data.attempts} />}
      {data.events.length > 0 && <Timeline events={data.events} />}
    </div>
  );
}

const heading = "mb-3 text-base font-semibold";

function Attempts({ attempts }: { attempts: AttemptView[] }) {
  return (
    <section aria-labelledby="attempts-title">
      <h3 id="attempts-title" className={heading}>
        Attempts
      </h3>
      <ol className="divide-y rounded border">
        {attempts.map((attempt) => (
          <li key={`${attempt.startedAt}-${attempt.attempt}`} className="space-y-2 p-3 text-sm">
            <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <span className="tabular font-medium">#{attempt.attempt}</span>
              <Badge tone={attempt.outcome === "delivered" ? "ok" : "bad"}>
                {attempt.statusCode ?? "No answer"}
              </Badge>
              <span className="tabular text-ink-muted">{attempt.durationMs} ms</span>
              <RelativeTime at={attempt.startedAt} className="ml-auto text-xs text-ink-muted" />
            </p>
            {attempt.url !== null && (
              <p className="font-mono text-xs text-ink-muted [overflow-wrap:anywhere]">{attempt.url}</p>
            )}
            {attempt.error !== null && (
              <p className="text-bad-ink [overflow-wrap:anywhere]">{attempt.error}</p>
            )}
            {attempt.responseBody !== null && attempt.responseBody !== "" && (
              <CodeBlock code={attempt.responseBody} label="Copy response" />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

const eventWords: Record<string, { label: string; tone: Tone }> = {
  "message.sent": { label: "Accepted", tone: "neutral" },
  "message.blocked": { label: "Blocked", tone: "bad" },
  "message.delivered": { label: "Taken by its endpoint", tone: "ok" },
  "message.failed": { label: "Given up", tone: "bad" },
  "message.expired": { label: "Expired", tone: "warn" },
  "message.acked": { label: "Handled", tone: "ok" },
  "message.nacked": { label: "Handed back", tone: "warn" },
  "message.dead": { label: "Became a dead letter", tone: "bad" },
  "message.replayed": { label: "Sent anew", tone: "info" },
  "escalation.taken": { label: "Taken", tone: "info" },
  "escalation.handed_back": { label: "Handed back", tone: "warn" },
  "escalation.resolved": { label: "Resolved", tone: "ok" },
};

const dots: Partial<Record<Tone, string>> = { ok: "bg-ok", warn: "bg-warn", bad: "bg-bad", info: "bg-info" };

function Timeline({ events }: { events: MessageEventView[] }) {
  return (
    <section aria-labelledby="timeline-title">
      <h3 id="timeline-title" className={heading}>
        What happened
      </h3>
      <ol className="ml-1 space-y-3 border-l pl-4">
        {events.map((event) => {
          const { label, tone } = eventWords[event.action] ?? { label: event.action, tone: "neutral" };
          const note = noteOf(event);
          return (
            <li key={event.id} className="relative text-sm">
              <span
                aria-hidden="true"
                className={cx(
                  "absolute -left-[1.28rem] top-1.5 size-2 rounded-full ring-4 ring-surface",
                  dots[tone] ?? "bg-ink-faint",
                )}
              />
              <p className="flex flex-wrap items-baseline gap-x-2">
                <span className="font-medium">{label}</span>
                {event.actor.name !== null && <span className="text-ink-muted">by {event.actor.name}</span>}
                <RelativeTime at={event.at} className="ml-auto text-xs text-ink-muted" />
              </p>
              {note !== undefined && <p className="text-ink-muted [overflow-wrap:anywhere]">{note}</p>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** What the record adds in words: why, or after how many tries. */
function noteOf({ details }: MessageEventView): string | undefined {
  for (const name of ["error", "resolution"]) {
    const text = details[name];
    if (typeof text === "string" && text !== "") return text;
  }
  const { attempts, delaySeconds } = details;
  if (typeof delaySeconds === "number") return `Handed out again after ${delaySeconds} s.`;
  if (typeof attempts === "number")
    return attempts === 1 ? "At the first attempt." : `After ${attempts} attempts.`;
  return undefined;
}
