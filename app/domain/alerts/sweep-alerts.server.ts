import type { Database, Sql } from "#db/database.ts";
import { newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { waitForCursor } from "./alert-cursor.server.ts";
import type { AlertMetrics } from "./alert-metrics.ts";
import { ensureRules } from "./ensure-rules.server.ts";
import { ruleKindNames } from "./rule-kinds.ts";
import { runChecks } from "./run-checks.server.ts";
import { stateChecks } from "./states/index.ts";
import type { StateCheck } from "./states/state-check.ts";
import { type AlertLog, createStepper } from "./stepper.server.ts";
import { tellAlerts } from "./tell-alerts.server.ts";

export interface SweepAlertsOptions {
  db: Database;
  log: AlertLog;
  metrics?: AlertMetrics | undefined;
  checks?: readonly StateCheck[] | undefined;
  /** Alerts of these have changed: to be told to whoever watches. */
  onChanged(tenantIds: ReadonlySet<TenantId>): void | Promise<void>;
}

/** Finds what was missed, and does what no event asks for. Safe to run beside evaluators and itself. */
export async function sweepAlerts(options: SweepAlertsOptions): Promise<void> {
  const { db, log, metrics, checks = stateChecks, onChanged } = options;
  await ensureEverybodysRules(db);
  await createStepper({ db, log, metrics, onChanged }).toTheEnd();
  const applied = await runChecks({ db, log, checks });
  for (const kind of applied.opened) metrics?.opened(kind);
  const woken = await endSnoozes(db);
  await db.withSql(async (sql) => {
    // No window is longer than a day.
    await sql`delete from alert_hits where occurred_at < now() - interval '1 day'`;
    await sql`update alert_cursor set swept_at = now()`;
  });
  const changed = new Set([...applied.tenantIds, ...woken]);
  if (changed.size > 0) await onChanged(changed);
}

/**
 * The same for one tenant, now: everything that happened until here is looked at, and what is wrong with the
 * tenant looked for.
 * @returns how many alerts of it were opened meanwhile
 */
export async function checkTenantAlerts(
  options: SweepAlertsOptions & { tenantId: TenantId },
): Promise<{ opened: number }> {
  const { db, log, metrics, checks = stateChecks, onChanged, tenantId } = options;
  const [since] = await db.withSql(
    (sql) => sql<{ at: Date }[]>`
      select clock_timestamp() as at`,
    { readOnly: true },
  );
  await createStepper({ db, log, metrics, onChanged }).toTheEnd();
  const applied = await runChecks({ db, log, checks, tenantIds: [tenantId] });
  for (const kind of applied.opened) metrics?.opened(kind);
  const woken = await endSnoozes(db, tenantId);
  const changed = new Set([...applied.tenantIds, ...woken]);
  if (changed.size > 0) await onChanged(changed);
  const [row] = await db.withSql(
    (sql) => sql<{ opened: number }[]>`
      select count(*)::int as opened from alerts
      where tenant_id = ${toUuid(tenantId)} and opened_at >= ${since?.at ?? new Date()}`,
    { readOnly: true },
  );
  return { opened: row?.opened ?? 0 };
}

/** Who has come since gets their rules before something looks for what only rules can find. */
async function ensureEverybodysRules(db: Database): Promise<void> {
  await db.withSql(async (sql) => {
    const rows = await sql<{ id: string }[]>`
      select tenant.id from tenants tenant
      where exists (
        select from unnest(${ruleKindNames.filter((kind) => kind !== "worker_health")}::text[]) as wanted (kind)
        where not exists (
          select from alert_rules rule
          where rule.tenant_id = tenant.id and rule.kind = wanted.kind and rule.built_in
        )
      )`;
    if (rows.length > 0)
      await ensureRules(
        sql,
        rows.map(({ id }) => toTypeId("ten", id)),
      );
  });
}

/** Wakes what was snoozed until now, and tells of what nobody has acknowledged. Gives whose they were. */
async function endSnoozes(db: Database, tenantId?: TenantId): Promise<TenantId[]> {
  return db.withSql(async (sql) => {
    await waitForCursor(sql);
    const rows = await sql<{ tenant_id: string; id: string; status: string }[]>`
      with over as (
        select alert.tenant_id, alert.id from alerts alert
        where alert.snoozed_until <= now() and alert.snoozed_until is not null and alert.status <> 'resolved'
          ${tenantId === undefined ? sql`` : sql`and alert.tenant_id = ${toUuid(tenantId)}`}
        order by alert.fingerprint
        for update
      )
      update alerts alert set snoozed_until = null
      from over where alert.tenant_id = over.tenant_id and alert.id = over.id
      returning alert.tenant_id, alert.id, alert.status`;
    await noteUnsnoozed(sql, rows);
    const alerts = rows.map((row) => ({
      ...{ tenantId: toTypeId("ten", row.tenant_id), alertId: toTypeId("alr", row.id) },
      status: row.status,
    }));
    await tellAlerts(
      sql,
      alerts.filter(({ status }) => status === "open"),
      "unsnoozed",
    );
    return alerts.map((alert) => alert.tenantId);
  });
}

async function noteUnsnoozed(sql: Sql, rows: readonly { tenant_id: string; id: string }[]): Promise<void> {
  if (rows.length === 0) return;
  const entries = rows.map(({ tenant_id, id }) => ({ tenant_id, alert_id: id, id: newUuid() }));
  await sql`
    insert into alert_entries (tenant_id, alert_id, id, kind, actor_kind)
    select tenant_id, alert_id, id, 'unsnoozed', 'system'
    from json_to_recordset(${JSON.stringify(entries)}::text::json) as entry (tenant_id uuid, alert_id uuid, id uuid)`;
}
