import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../../auth/actor.ts";
import { AppError, invalidInput } from "../../errors.ts";
import { requireActivityScope } from "../require-activity-scope.ts";
import { sealedTime } from "../sealed-event.ts";
import type { ChangeTrailRetention, RetentionRunView, TrailRetentionView } from "./archive-schema.ts";

const shownRuns = 30;

interface SettingsRow {
  hot_days: number;
  cold_days: number;
  hold_reason: string | null;
  hold_placed_by: string | null;
  hold_placed_at: string | null;
}

/** How long the tenant's audit events are kept, and what the last runs of retention did. */
export async function readTrailRetention(db: Database, actor: Actor): Promise<TrailRetentionView> {
  requireActivityScope(actor);
  const tenantUuid = toUuid(actor.tenantId);
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const [row] = await sql<SettingsRow[]>`
        select
          hot_days, cold_days, hold_reason, ${sql.unsafe(sealedTime("hold_placed_at"))} as hold_placed_at,
          (select person.name from users person where person.id = hold_placed_by) as hold_placed_by
        from audit_retention where tenant_id = ${tenantUuid}`;
      const [sweep] = await sql<{ finished_at: string | null }[]>`
        select ${sql.unsafe(sealedTime("max(finished_at)"))} as finished_at from audit_sweeps`;
      const runs = await sql<
        {
          started_at: string;
          duration_ms: number;
          archived_events: string;
          archives: number;
          bytes: string;
          deleted_archives: number;
          deleted_events: string;
          error: string | null;
        }[]
      >`
        select
          ${sql.unsafe(sealedTime("started_at"))} as started_at, duration_ms, archived_events, archives, bytes,
          deleted_archives, deleted_events, error
        from audit_retention_runs where tenant_id = ${tenantUuid}
        order by sweep_id desc limit ${shownRuns}`;
      return {
        hotDays: row?.hot_days ?? 90,
        coldDays: row?.cold_days ?? 365,
        hold:
          row === undefined || row.hold_reason === null
            ? null
            : { reason: row.hold_reason, placedBy: row.hold_placed_by, placedAt: row.hold_placed_at ?? "" },
        lastRunAt: sweep?.finished_at ?? null,
        runs: runs.map(
          (run): RetentionRunView => ({
            startedAt: run.started_at,
            durationMs: run.duration_ms,
            archivedEvents: Number(run.archived_events),
            archives: run.archives,
            bytes: Number(run.bytes),
            deletedArchives: run.deleted_archives,
            deletedEvents: Number(run.deleted_events),
            error: run.error,
          }),
        ),
      };
    },
    { readOnly: true },
  );
}

/**
 * Changes how long events stay in the table and in archives, or places or releases the hold that keeps
 * every archive. For people, each change recorded.
 */
export async function changeTrailRetention(
  db: Database,
  actor: Actor,
  change: ChangeTrailRetention,
  request: RequestInfo,
): Promise<TrailRetentionView> {
  if (actor.kind !== "user" || !actor.scopes.has("tenant:write"))
    throw new AppError("forbidden", "This needs the right tenant:write, and a person.");
  const tenantUuid = toUuid(actor.tenantId);
  await db.asTenantSql(actor.tenantId, async (sql) => {
    // No archive is deleted beside a hold that is being placed.
    await sql`select from tenants where id = ${tenantUuid} for no key update`;
    const [row] = await sql<SettingsRow[]>`
      select hot_days, cold_days, hold_reason, hold_placed_by, hold_placed_at::text
      from audit_retention where tenant_id = ${tenantUuid}`;
    const before = {
      hotDays: row?.hot_days ?? 90,
      coldDays: row?.cold_days ?? 365,
      hold: row?.hold_reason ?? null,
    };
    const after = {
      hotDays: change.hotDays ?? before.hotDays,
      coldDays: change.coldDays ?? before.coldDays,
      hold: change.hold === undefined ? before.hold : (change.hold?.reason ?? null),
    };
    if (after.coldDays < after.hotDays)
      throw invalidInput("coldDays", "must not be less than hotDays: it counts from the event on");
    const isMoved = after.hold !== before.hold;
    await sql`
      insert into audit_retention (tenant_id, hot_days, cold_days, hold_reason, hold_placed_by, hold_placed_at)
      values (
        ${tenantUuid}, ${after.hotDays}, ${after.coldDays}, ${after.hold},
        ${after.hold === null ? null : toUuid(actor.id)}, case when ${after.hold}::text is not null then now() end
      )
      on conflict (tenant_id) do update set
        hot_days = excluded.hot_days, cold_days = excluded.cold_days, hold_reason = excluded.hold_reason,
        hold_placed_by = case when ${isMoved} then excluded.hold_placed_by else audit_retention.hold_placed_by end,
        hold_placed_at = case when ${isMoved} then excluded.hold_placed_at else audit_retention.hold_placed_at end
    `;
    const event = { tenantId: actor.tenantId, actor, resource: { id: actor.tenantId }, request };
    if (after.hotDays !== before.hotDays || after.coldDays !== before.coldDays)
      await insertAuditEvents(sql, [
        {
          ...event,
          action: "audit.retention.changed",
          details: {
            hotDays: { from: before.hotDays, to: after.hotDays },
            coldDays: { from: before.coldDays, to: after.coldDays },
          },
        },
      ]);
    if (isMoved)
      await insertAuditEvents(sql, [
        after.hold === null
          ? { ...event, action: "audit.hold.released", details: {} }
          : { ...event, action: "audit.hold.placed", details: { reason: after.hold } },
      ]);
  });
  return readTrailRetention(db, actor);
}
