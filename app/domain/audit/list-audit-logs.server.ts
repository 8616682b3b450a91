import type { Database } from "#db/database.ts";
import type { Actor } from "../auth/actor.ts";
import { type AuditPlace, encodePlace } from "./audit-log-cursor.ts";
import type { AuditFilters, AuditLogPage } from "./audit-log-schema.ts";
import { type AuditReach, readWithin, requireAuditReach } from "./audit-reach.server.ts";
import { countAuditEvents } from "./count-audit-events.server.ts";
import { walkAuditEvents } from "./walk-audit-events.server.ts";

export interface ListAuditLogsOptions {
  filters: AuditFilters;
  /** Whose; the actor's own tenant when nobody is named. */
  reach?: AuditReach | undefined;
  limit: number;
  /** From 1; not with a cursor. */
  page?: number | undefined;
  /** What follows this place: older events. */
  cursor?: AuditPlace | undefined;
}

/**
 * A page of the audit trail, newest first, with how many there are as far as that can be said without
 * holding the page up.
 * @throws AppError forbidden
 */
export async function listAuditLogs(
  db: Database,
  actor: Actor,
  { filters, reach: asked, limit, page = 1, cursor }: ListAuditLogsOptions,
): Promise<AuditLogPage> {
  const reach = requireAuditReach(actor, asked);
  const offset = cursor === undefined ? (page - 1) * limit : 0;
  const counting = countAuditEvents(db, reach, filters);
  // Both are waited for below; without this, a page that fails first would leave the count's failure to nobody.
  counting.catch(() => undefined);
  const walk = await readWithin(db, reach, (sql) =>
    walkAuditEvents(sql, reach, filters, { direction: "desc", from: cursor, limit, offset }),
  );
  const { logs, next, searchedTo } = walk;
  const counted = await counting;
  const seen = logs.length === 0 ? 0 : offset + logs.length;
  const isWhole = cursor === undefined && next === null && (logs.length > 0 || offset === 0);
  const total = isWhole ? seen : Math.max(counted?.count ?? 0, seen);
  return {
    logs,
    pagination: {
      total,
      totalIsExact: isWhole || (counted?.isExact ?? false),
      page: cursor === undefined ? page : null,
      limit,
      nextCursor: next && encodePlace(next),
      searchedTo,
    },
  };
}
