import type { AppError } from "#app/domain/errors.ts";
import type { AgentId, TenantId, UsageEventId } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { UsageEvent } from "./schema.ts";

/** Who reported, and with which request: what several events have in common, and one audit event names. */
export interface UsageCall {
  tenantId: TenantId;
  tenantUuid: string;
  actor: Pick<Actor, "kind" | "id" | "name">;
  request: RequestInfo | null;
}

/** A checked event that has its id, ready to be committed with others. */
export interface PreparedUsage {
  call: UsageCall;
  agentId: AgentId;
  agentUuid: string;
  /** Made before the commit, so that a lost answer to COMMIT can be resolved. */
  eventId: UsageEventId;
  eventUuid: string;
  occurredAtMs: number;
  reservationUuid: string | undefined;
  event: UsageEvent;
}

/** What became of one event. A refusal is data too: it never fails its neighbours in the batch. */
export type MeteredOutcome =
  | { kind: "recorded"; id: UsageEventId; costMicros: number }
  | { kind: "duplicate"; id: UsageEventId }
  | { kind: "rejected"; error: AppError };

/** An outcome, or the error that kept the event from having one. */
export type SettledUsage = MeteredOutcome | { kind: "failed"; error: unknown };
