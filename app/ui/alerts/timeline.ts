import type { AlertDetail, AlertEntry } from "#app/domain/alerts/alert-schema.ts";
import type { DeliveryView } from "#app/domain/alerts/channels/channel-schema.ts";
import type { AuditLog } from "#app/domain/audit/audit-log-schema.ts";

/** What happened with an alert: what was done, what it was made of, and whom it was told. */
export type TimelineItem = { key: string; at: string } & (
  | { kind: "entry"; entry: AlertEntry }
  /** Events of one action by one actor that follow one another, oldest first. */
  | { kind: "events"; events: [AuditLog, ...AuditLog[]] }
  | { kind: "delivery"; delivery: DeliveryView }
);

/** Everything in one order, newest first; what is alike and follows one another is one. */
export function timelineOf({
  entries,
  events,
  deliveries,
}: Pick<AlertDetail, "entries" | "events" | "deliveries">): TimelineItem[] {
  const items: TimelineItem[] = [
    ...events.map(
      (event): TimelineItem => ({ key: event.id, at: event.timestamp, kind: "events", events: [event] }),
    ),
    ...entries.map((entry): TimelineItem => ({ key: entry.id, at: entry.at, kind: "entry", entry })),
    ...deliveries.map(
      (delivery): TimelineItem => ({
        ...{ key: delivery.id, at: delivery.createdAt, kind: "delivery", delivery },
      }),
    ),
  ];
  // Stable: of one instant the events come first, then what was found in them, then whom it was told.
  items.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return joined(items).reverse();
}

function joined(items: readonly TimelineItem[]): TimelineItem[] {
  const all: TimelineItem[] = [];
  for (const item of items) {
    const last = all.at(-1);
    if (item.kind === "events" && last?.kind === "events" && isAlike(last.events[0], item.events[0])) {
      last.events.push(item.events[0]);
      last.at = item.at;
    } else all.push(item);
  }
  return all;
}

const isAlike = (one: AuditLog, other: AuditLog): boolean =>
  one.action === other.action && one.actor.id === other.actor.id && one.resource.id === other.resource.id;
