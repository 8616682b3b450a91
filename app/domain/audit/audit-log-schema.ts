/** The audit trail as it is read: what can be asked of it, and what it gives. Client-safe. */
import type { AuditEventId, TenantId } from "#db/ids.ts";

export const auditStatuses = ["success", "failure", "denied"] as const;
export type AuditLogStatus = (typeof auditStatuses)[number];

export const actorKinds = ["user", "agent", "service", "system"] as const;
export type AuditActorKind = (typeof actorKinds)[number];

export const auditWindows = ["1h", "24h", "7d", "30d", "90d"] as const;
export type AuditWindow = (typeof auditWindows)[number];

const HOUR_MS = 3_600_000;
export const auditWindowMs: Record<AuditWindow, number> = {
  "1h": HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 7 * 24 * HOUR_MS,
  "30d": 30 * 24 * HOUR_MS,
  "90d": 90 * 24 * HOUR_MS,
};

/** What events are asked for. Filters that are given hold together. */
export interface AuditFilters {
  /** An action, or what actions begin with: `auth` and `auth.` stand for all below it. */
  action?: string | undefined;
  actor?: string | undefined;
  actorKind?: AuditActorKind | undefined;
  resourceType?: string | undefined;
  resourceId?: string | undefined;
  status?: AuditLogStatus | undefined;
  requestId?: string | undefined;
  correlationId?: string | undefined;
  /** At this time or later, and before that one; ISO 8601 with a zone. */
  from?: string | undefined;
  to?: string | undefined;
  /** Words of the action, the names, the ids or the details, in any order and case. */
  text?: string | undefined;
}

/** One event of the trail. */
export interface AuditLog {
  id: AuditEventId;
  tenantId: TenantId;
  /** ISO 8601 in UTC, to the microsecond. */
  timestamp: string;
  actor: { id: string | null; type: AuditActorKind; name: string | null };
  action: string;
  resource: { type: string; id: string | null; name: string | null };
  status: AuditLogStatus;
  requestId: string | null;
  correlationId: string | null;
  details: Record<string, unknown>;
}

export interface AuditPagination {
  /** How many there are; at least so many where `totalIsExact` is false. */
  total: number;
  totalIsExact: boolean;
  /** Absent of a page that a cursor leads to. */
  page: number | null;
  limit: number;
  /** Pass as `cursor` for what follows, which is older; null at the end. */
  nextCursor: string | null;
  /** How far a search came that stopped before it had filled the page; `nextCursor` goes on from there. */
  searchedTo: string | null;
}

export interface AuditLogPage {
  /** Newest first. */
  logs: AuditLog[];
  pagination: AuditPagination;
}

export const defaultAuditLimit = 50;
export const maxAuditLimit = 100;
/** Rows that a page may lie behind the first; what lies deeper is reached by the cursor. */
export const maxAuditOffset = 10_000;
