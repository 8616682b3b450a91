import type { Database } from "#db/database.ts";
import type { Actor } from "../auth/actor.ts";
import {
  type ActivityCursor,
  type ActivityPlace,
  comparePlaces,
  encodeActivityCursor,
  noEvent,
} from "./activity-place.ts";
import type { AuditLog } from "./audit-log-schema.ts";
import { requireAuditReach } from "./audit-reach.server.ts";
import { readHorizon, readTail, type TailHorizon } from "./read-tail.server.ts";

/** Why a cursor means nothing here: the database is another than it was given by, or was set back. */
export type ResetReason = "generation" | "ahead" | "unknown";

export interface ActivityPage {
  /** In the order in which they became readable. */
  events: (AuditLog & { cursor: string })[];
  /** Pass as `cursor` for what follows. */
  cursor: string;
  hasMore: boolean;
  /** The cursor that was given means nothing here: the page ends where the activity does now. */
  reset: ResetReason | null;
}

export interface ReadActivityOptions {
  cursor?: ActivityCursor | undefined;
  /** Without a cursor: from the oldest event that is kept, or from the end. */
  start: "oldest" | "newest";
  limit: number;
}

/**
 * The activity of the actor's tenant for programs: whoever follows the cursor misses nothing and gets
 * nothing twice, whatever is being written.
 * @throws AppError forbidden
 */
export function readActivity(
  db: Database,
  actor: Actor,
  { cursor, start, limit }: ReadActivityOptions,
): Promise<ActivityPage> {
  const { tenantId } = actor;
  requireAuditReach(actor, tenantId);
  return db.asTenantSql(
    tenantId,
    async (sql) => {
      const horizon = await readHorizon(sql);
      const reset = cursor === undefined ? null : resetOf(cursor, horizon);
      const atEnd = { events: [], cursor: cursorAt(horizon.place, horizon.cluster), hasMore: false };
      if (reset !== null) return { ...atEnd, reset };
      if (cursor === undefined && start === "newest") return { ...atEnd, reset };
      const after = cursor ?? { generation: 0, xid: 0n, uuid: noEvent };
      const page = await readTail(sql, { after, limit, tenantId });
      return {
        events: page.events.map(({ place, log }) => ({ ...log, cursor: cursorAt(place, horizon.cluster) })),
        cursor: cursorAt(laterOf(page.through, after), horizon.cluster),
        hasMore: page.hasMore,
        reset,
      };
    },
    { readOnly: true },
  );
}

/** Why a cursor cannot be gone on from; null when it can. */
export function resetOf(cursor: ActivityCursor, horizon: TailHorizon): ResetReason | null {
  if (cursor.generation !== horizon.place.generation || cursor.cluster !== horizon.cluster)
    return "generation";
  return cursor.xid > horizon.nextXid ? "ahead" : null;
}

const laterOf = (one: ActivityPlace, other: ActivityPlace): ActivityPlace =>
  comparePlaces(one, other) >= 0 ? one : other;

const cursorAt = (place: ActivityPlace, cluster: string): string =>
  encodeActivityCursor({ ...place, cluster });
