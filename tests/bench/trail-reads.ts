import type { MessageFilters } from "#app/domain/messaging/message-list-schema.ts";
import { firstUuidOf, toTypeId } from "#db/ids.ts";
import type { TrailTenant } from "./trail-population.ts";

/** One kind of read that is measured. */
export interface TrailRead {
  name: string;
  /** The path to ask; a deep one begins at a place of the history, 0 (its beginning) to 1. */
  path: (deepAt: number | undefined) => string;
  /** What it reads, where it is a page of the trail. */
  filters?: MessageFilters;
}

const DAY_MS = 86_400_000;

/** Every filter of the trail, alone and together with others. */
export function trailFilters({
  agentUuids,
  beginMs,
  endMs,
  messages,
}: TrailTenant): Record<string, MessageFilters> {
  const agent = (index: number) => toTypeId("agt", agentUuids[index] ?? "");
  const at = (share: number) => new Date(beginMs + (endMs - beginMs) * share).toISOString();
  return {
    "no filter": {},
    "from a busy agent": { from: agent(0) },
    "from a quiet agent": { from: agent(99) },
    "to a busy agent": { to: agent(1) },
    "to a quiet agent": { to: agent(99) },
    "either, a busy agent": { either: agent(0) },
    "either, a quiet agent": { either: agent(99) },
    "type status_update (most)": { type: "status_update" },
    "type escalation (few)": { type: "escalation" },
    "kind response": { kind: "response" },
    "status delivered (nearly all)": { status: "delivered" },
    "status pending": { status: "pending" },
    "status sent": { status: "sent" },
    "status failed": { status: "failed" },
    "status expired": { status: "expired" },
    "status blocked": { status: "blocked" },
    "status problem": { status: "problem" },
    "handling unread": { handling: "unread" },
    "handling acked (most)": { handling: "acked" },
    "handling leased": { handling: "leased" },
    "handling dead": { handling: "dead" },
    "priority urgent": { priority: "urgent" },
    "priority normal (most)": { priority: "normal" },
    "priority low": { priority: "low" },
    "one conversation": { correlationId: `conversation-${Math.floor(messages / 16)}` },
    "a day in the middle": { since: at(0.5), until: new Date(Date.parse(at(0.5)) + DAY_MS).toISOString() },
    "until the middle": { until: at(0.5) },
    "text in many": { text: "flaky regression" },
    "text in few": { text: "GR-42 gripper" },
    "text in none": { text: "heliotrope" },
    "from and to, often": { from: agent(0), to: agent(1) },
    "from and to, never": { from: agent(0), to: agent(50) },
    "from and escalation": { from: agent(3), type: "escalation" },
    "from and dead": { from: agent(0), handling: "dead" },
    "to, unread, urgent": { to: agent(0), handling: "unread", priority: "urgent" },
    "problem of a quiet agent": { either: agent(99), status: "problem" },
    "urgent and blocked": { priority: "urgent", status: "blocked" },
    "leased and delivered": { handling: "leased", status: "delivered" },
    "urgent escalations, unread, text in none": {
      type: "escalation",
      priority: "urgent",
      handling: "unread",
      text: "heliotrope",
    },
    "from a busy agent, text in none": { from: agent(0), text: "heliotrope" },
    "acked and blocked (none)": { handling: "acked", status: "blocked" },
  };
}

/** The pages of the trail by each filter, and the other reads that a tenant's size might slow down. */
export function trailReads(tenant: TrailTenant): TrailRead[] {
  const { agentUuids, beginMs, endMs, messages } = tenant;
  const cursorAt = (share: number) => toTypeId("msg", firstUuidOf(beginMs + (endMs - beginMs) * share));
  const trail = Object.entries(trailFilters(tenant)).map(([name, filters]): TrailRead => {
    const search = new URLSearchParams(Object.entries(filters));
    return {
      name: `trail: ${name}`,
      filters,
      path(deepAt) {
        const asked = new URLSearchParams(search);
        if (deepAt !== undefined) asked.set("cursor", cursorAt(deepAt));
        return `/api/messaging/messages?${asked}`;
      },
    };
  });
  const busy = toTypeId("agt", agentUuids[0] ?? "");
  const conversation = (share: number) =>
    `conversation-${Math.floor((messages / 8) * Math.min(share, 0.999))}`;
  return [
    ...trail,
    {
      name: "inbox",
      path: (deepAt) =>
        `/api/messaging/inbox/${busy}?${deepAt === undefined ? "" : `before=${Math.max(1, Math.floor((messages / 50) * deepAt))}`}`,
    },
    {
      name: "inbox by type",
      path: (deepAt) =>
        `/api/messaging/inbox/${busy}?type=data_request${deepAt === undefined ? "" : `&before=${Math.max(1, Math.floor((messages / 50) * deepAt))}`}`,
    },
    {
      name: "conversation",
      path: (deepAt) => `/api/messaging/conversation/${conversation(deepAt ?? 0.999)}`,
    },
    { name: "overview", path: () => "/dashboard.data?_routes=routes%2Fdashboard._index" },
    { name: "command palette", path: () => "/dashboard/search?q=regression" },
    { name: "command palette, in none", path: () => "/dashboard/search?q=heliotrope" },
  ];
}
