export const fleetRoles = ["planner", "engineer", "reviewer", "analyst", "support"] as const;
export type FleetRole = (typeof fleetRoles)[number];

export interface FleetMember {
  id: string;
  name: string;
  role: FleetRole;
}

/** Who needs an allowlist edge to whom for the story to flow. Support → engineer is missing on purpose. */
export const fleetEdges: readonly (readonly [FleetRole, FleetRole])[] = [
  ["planner", "engineer"],
  ["planner", "reviewer"],
  ["planner", "analyst"],
  ["planner", "support"],
  ["engineer", "planner"],
  ["engineer", "reviewer"],
  ["engineer", "analyst"],
  ["reviewer", "engineer"],
  ["reviewer", "planner"],
  ["analyst", "planner"],
  ["analyst", "engineer"],
  ["analyst", "support"],
  ["support", "planner"],
  ["support", "analyst"],
];

export interface IncomingMessage {
  id: string;
  senderId: string;
  type: string;
  payload: Record<string, unknown>;
  correlationId: string;
  replyTo?: string | null | undefined;
}

/** A message that an agent means to send once it has thought for `thinkMs`. */
export interface Intent {
  from: FleetMember;
  /** A mailbox id, or `operators`. */
  to: string;
  type: "task_handoff" | "status_update" | "data_request" | "data_response" | "escalation";
  payload: Record<string, unknown>;
  correlationId?: string;
  replyTo?: string;
  priority?: "urgent" | "high" | "normal" | "low";
  ttlSeconds?: number;
  /** Nobody will answer, so it takes no place among the open conversations. */
  isAside?: true;
  /** Somebody is waiting for it, so it goes before what the fleet has to say to itself. */
  isForPerson?: true;
  thinkMs: number;
}
