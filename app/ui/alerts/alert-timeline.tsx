import { Link } from "@remix-run/react";
import { ScrollText, Send } from "lucide-react";
import type { ReactNode } from "react";
import type { AlertEntry } from "#app/domain/alerts/alert-schema.ts";
import type { DeliveryView } from "#app/domain/alerts/channels/channel-schema.ts";
import type { AuditLog } from "#app/domain/audit/audit-log-schema.ts";
import { type AuditBase, auditHref } from "../audit/audit-href.ts";
import { type Tone, tintOf } from "../primitives/badge.tsx";
import { cx } from "../primitives/cx.ts";
import { formatCount } from "../primitives/format.ts";
import { ExactTime, RelativeTime } from "../primitives/relative-time.tsx";
import { DeliveryOutcome } from "./delivery-outcome.tsx";
import type { TimelineItem } from "./timeline.ts";
import { channelWords, entryMarks, reasonWords, sentenceOf } from "./timeline-words.ts";

interface AlertTimelineProps {
  items: readonly TimelineItem[];
  auditBase: AuditBase;
  /** Whether what was not delivered may be sent again. */
  mayRetry: boolean;
}

/** What happened with an alert, newest first. */
export function AlertTimeline({ items, auditBase, mayRetry }: AlertTimelineProps) {
  return (
    <ol aria-label="Timeline" className="px-4 py-4 sm:px-5">
      {items.map((item) => (
        <li key={item.key} className="group relative flex gap-3 pb-5 last:pb-0">
          <span
            aria-hidden="true"
            className="absolute bottom-0 left-3.5 top-7 w-px -translate-x-1/2 bg-line group-last:hidden"
          />
          {item.kind === "entry" ? (
            <Entry entry={item.entry} />
          ) : item.kind === "events" ? (
            <Events events={item.events} at={item.at} auditBase={auditBase} />
          ) : (
            <Delivery delivery={item.delivery} mayRetry={mayRetry} />
          )}
        </li>
      ))}
    </ol>
  );
}

function Moment({
  icon,
  tone,
  at,
  title,
  children,
}: {
  icon: ReactNode;
  tone: Tone;
  at: string;
  title: ReactNode;
  children?: ReactNode;
}) {
  return (
    <>
      <span
        aria-hidden="true"
        className={cx("relative grid size-7 shrink-0 place-items-center rounded-full", tintOf(tone))}
      >
        {icon}
      </span>
      <div className="min-w-0 flex-1 pt-1">
        <p className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5 text-sm">
          <span className="min-w-0 [overflow-wrap:anywhere]">{title}</span>
          <RelativeTime at={at} className="tabular shrink-0 text-xs text-ink-muted" />
        </p>
        {children}
      </div>
    </>
  );
}

function Entry({ entry }: { entry: AlertEntry }) {
  const { icon: Icon, tone } = entryMarks[entry.kind];
  const { who, did } = sentenceOf(entry);
  const { until } = entry.details;
  return (
    <Moment
      icon={<Icon className="size-3.5" strokeWidth={1.85} />}
      tone={tone}
      at={entry.at}
      title={
        <>
          {who !== null && <span className="font-medium">{who} </span>}
          {did}
          {entry.kind === "snoozed" && typeof until === "string" && (
            <>
              {" "}
              until <ExactTime at={until} />
            </>
          )}
        </>
      }
    >
      {entry.text !== null && (
        <p className="mt-1.5 whitespace-pre-wrap rounded border bg-canvas px-3 py-2 text-sm [overflow-wrap:anywhere]">
          {entry.text}
        </p>
      )}
    </Moment>
  );
}

function Events({
  events,
  at,
  auditBase,
}: {
  events: [AuditLog, ...AuditLog[]];
  at: string;
  auditBase: AuditBase;
}) {
  const [{ action, actor, resource }] = events;
  return (
    <Moment
      icon={<ScrollText className="size-3.5" strokeWidth={1.85} />}
      tone="neutral"
      at={at}
      title={
        <Link
          to={hrefOfEvents(auditBase, events)}
          prefetch="intent"
          className="rounded-sm underline decoration-line-strong underline-offset-2 hover:decoration-ink"
        >
          {events.length > 1 && (
            <span className="tabular">
              {formatCount(events.length)} <span aria-hidden="true">×</span>
              <span className="sr-only">times</span>{" "}
            </span>
          )}
          <span className="font-mono text-xs">{action}</span>
        </Link>
      }
    >
      <p className="mt-0.5 truncate text-xs text-ink-muted">
        {[actor.name ?? actor.id, resource.name ?? resource.id]
          .filter((name, index, all) => name !== null && all.indexOf(name) === index)
          .join(" · ")}
      </p>
    </Moment>
  );
}

/** The trail with these events: one by its request, several by their action and time. */
function hrefOfEvents(base: AuditBase, events: [AuditLog, ...AuditLog[]]): string {
  const [first] = events;
  const tenantId = base === "/admin/audit" ? first.tenantId : undefined;
  if (events.length === 1 && first.requestId !== null)
    return auditHref(base, { action: first.action, requestId: first.requestId, tenantId });
  const last = events.at(-1) ?? first;
  return auditHref(base, {
    ...{ action: first.action, tenantId },
    from: new Date(Date.parse(first.timestamp)).toISOString(),
    // It is exclusive, and the trail is told to the microsecond.
    to: new Date(Date.parse(last.timestamp) + 1_000).toISOString(),
  });
}

function Delivery({ delivery, mayRetry }: { delivery: DeliveryView; mayRetry: boolean }) {
  const { channelKind, channelName, reason, status, createdAt } = delivery;
  return (
    <Moment
      icon={<Send className="size-3.5" strokeWidth={1.85} />}
      tone={status === "failed" ? "bad" : "neutral"}
      at={createdAt}
      title={
        <>
          <span className="font-medium">{channelName}</span>{" "}
          <span className="text-ink-muted">
            ({channelWords[channelKind]}) told {reasonWords[reason]}
          </span>
        </>
      }
    >
      <DeliveryOutcome delivery={delivery} mayRetry={mayRetry} />
    </Moment>
  );
}
