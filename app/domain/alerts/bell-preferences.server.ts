import type { Database, Sql } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo, UserActor } from "../auth/actor.ts";
import { requireReader } from "./require-reader.ts";
import { isRuleKind, type Severity } from "./rule-kinds.ts";
import type { BellPreferences } from "./rule-schema.ts";

/** What the person's bell shows in this tenant. */
export async function readBellPreferences(db: Database, actor: Actor): Promise<BellPreferences> {
  requireReader(actor);
  return db.asTenantSql(actor.tenantId, (sql) => selectPreferences(sql, actor), { readOnly: true });
}

/** Sets what the person's bell shows in this tenant. The same again is no change. */
export async function setBellPreferences(
  db: Database,
  actor: Actor,
  { minSeverity, mutedKinds: muted }: BellPreferences,
  request: RequestInfo,
): Promise<BellPreferences> {
  requireReader(actor);
  const mutedKinds = [...new Set(muted)].toSorted();
  return db.asTenantSql(actor.tenantId, async (sql) => {
    const changed = await sql`
      insert into alert_preferences (tenant_id, user_id, min_severity, muted_kinds)
      values (${toUuid(actor.tenantId)}, ${toUuid(actor.id)}, ${minSeverity}, ${mutedKinds})
      on conflict (tenant_id, user_id) do update
      set min_severity = excluded.min_severity, muted_kinds = excluded.muted_kinds, updated_at = now()
      where (alert_preferences.min_severity, alert_preferences.muted_kinds)
        is distinct from (excluded.min_severity, excluded.muted_kinds)
      returning 1`;
    if (changed.length > 0)
      await insertAuditEvents(sql, [
        {
          ...{ tenantId: actor.tenantId, actor, request, action: "alert_preferences.changed" },
          ...{ resource: { id: actor.id, name: actor.name }, details: { minSeverity, mutedKinds } },
        },
      ]);
    return { minSeverity, mutedKinds };
  });
}

async function selectPreferences(sql: Sql, actor: UserActor): Promise<BellPreferences> {
  const [row] = await sql<{ min_severity: Severity; muted_kinds: string[] }[]>`
    select min_severity, muted_kinds from alert_preferences
    where tenant_id = ${toUuid(actor.tenantId)} and user_id = ${toUuid(actor.id)}`;
  return {
    minSeverity: row?.min_severity ?? "info",
    mutedKinds: row?.muted_kinds.filter(isRuleKind) ?? [],
  };
}
