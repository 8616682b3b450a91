import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { type AuditPlace, encodePlace } from "./audit-log-cursor.ts";
import type { AuditFilters, AuditLog, AuditLogPage } from "./audit-log-schema.ts";
import { type AuditReach, requireAuditReach } from "./audit-reach.server.ts";
import { countForPage, inTime, readForPage } from "./list-audit-logs.server.ts";
import { walkAuditEvents } from "./walk-audit-events.server.ts";

export interface ListNewerOptions {
  filters: AuditFilters;
  reach?: AuditReach | undefined;
  limit: number;
  /** The events right above this place. */
  newerThan: AuditPlace;
}

/** A page, and the place that the one above it ends at. */
export interface NewerPage {
  page: AuditLogPage;
  newerThan: AuditPlace;
}

/** Where an event is in the list. */
export const placeOfLog = ({ id, timestamp }: AuditLog): AuditPlace => ({ at: timestamp, uuid: toUuid(id) });

/**
 * The page of the trail that lies right above a place, newest first, for who goes back to what is newer.
 * Null where that is the newest page, which begins with whatever has come meanwhile.
 * @throws AppError forbidden; overloaded: the database took too long
 */
export async function listNewerAuditLogs(
  db: Database,
  actor: Actor,
  { filters, reach: asked, limit, newerThan }: ListNewerOptions,
): Promise<NewerPage | null> {
  const reach = requireAuditReach(actor, asked);
  const counting = countForPage(db, reach, filters);
  const { logs, next } = await readForPage(db, reach, (sql) =>
    walkAuditEvents(sql, reach, filters, { direction: "asc", from: newerThan, limit }),
  );
  if (next === null) return null;
  const counted = await inTime(counting);
  const [oldest] = logs;
  return {
    page: {
      logs: logs.toReversed(),
      pagination: {
        total: Math.max(counted?.count ?? 0, logs.length),
        totalIsExact: counted?.isExact ?? false,
        page: null,
        limit,
        nextCursor: encodePlace(oldest === undefined ? newerThan : placeOfLog(oldest)),
        searchedTo: null,
      },
    },
    newerThan: next,
  };
}
