import type { Database } from "#db/database.ts";
import type { Actor } from "../auth/actor.ts";
import type { AuditPlace } from "./audit-log-cursor.ts";
import type { AuditFilters } from "./audit-log-schema.ts";
import { type AuditReach, readWithin, requireAuditReach } from "./audit-reach.server.ts";
import type { NewAuditEvents } from "./audit-volume-schema.ts";
import { walkAuditEvents } from "./walk-audit-events.server.ts";

const maxCounted = 99;

/**
 * How many events the filters let through that are newer than a place.
 * @throws AppError forbidden
 */
export async function countNewAuditEvents(
  db: Database,
  actor: Actor,
  {
    filters,
    reach: asked,
    since,
  }: { filters: AuditFilters; reach?: AuditReach | undefined; since: AuditPlace },
): Promise<NewAuditEvents> {
  const reach = requireAuditReach(actor, asked);
  const { logs, next } = await readWithin(db, reach, (sql) =>
    walkAuditEvents(sql, reach, filters, { direction: "asc", from: since, limit: maxCounted }),
  );
  return { count: logs.length, isExact: next === null };
}
