import type { Database, Sql } from "#db/database.ts";
import type { Fragment } from "../audit/audit-conditions.server.ts";
import { type AuditPlace, encodePlace } from "../audit/audit-log-cursor.ts";
import { readForPage } from "../audit/list-audit-logs.server.ts";
import type { Actor } from "../auth/actor.ts";
import type { AlertFilters } from "./alert-query-schema.ts";
import { type AlertReach, isWithinReach, requireAlertReach } from "./alert-reach.server.ts";
import { type AlertRow, alertColumns, alertSource, toAlertView } from "./alert-row.ts";
import { type AlertPage, defaultAlertLimit } from "./alert-schema.ts";

export interface ListAlertsOptions {
  filters?: AlertFilters;
  /** Whose; the actor's own tenant's when nobody is named. */
  reach?: AlertReach | undefined;
  limit?: number;
  /** What follows this place: those that happened last before it. */
  cursor?: AuditPlace | undefined;
}

/**
 * A page of alerts, by when they happened last, newest first. What happens again moves to the front, so a
 * page may show one twice to whoever goes on by the cursor meanwhile, and never leaves one out for good.
 * @throws AppError forbidden; overloaded: the database took too long
 */
export async function listAlerts(
  db: Database,
  actor: Actor,
  { filters = {}, reach: asked, limit = defaultAlertLimit, cursor }: ListAlertsOptions,
): Promise<AlertPage> {
  const reach = requireAlertReach(actor, asked, "alerts:read");
  const rows = await readForPage(db, reach, (sql) => selectAlerts(sql, reach, { filters, limit, cursor }));
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    alerts: shown.map((row) =>
      row.tenant_name === null ? toAlertView(row) : { ...toAlertView(row), tenantName: row.tenant_name },
    ),
    nextCursor:
      rows.length <= limit || last === undefined ? null : encodePlace({ at: last.last_at, uuid: last.id }),
  };
}

interface ListedRow extends AlertRow {
  tenant_name: string | null;
}

interface Selection {
  filters: AlertFilters;
  limit: number;
  cursor: AuditPlace | undefined;
}

/** One more than asked for, to know whether there are more. */
const selectAlerts = (sql: Sql, reach: AlertReach, { filters, limit, cursor }: Selection) =>
  sql<ListedRow[]>`
    select ${sql.unsafe(alertColumns)},
      ${reach === "all" ? sql`(select tenants.name from tenants where tenants.id = alert.tenant_id)` : sql`null`}
        as tenant_name
    from ${sql.unsafe(alertSource)}
    where ${isWithinReach(sql, reach)} and ${fits(sql, filters)}
      ${cursor === undefined ? sql`` : sql`and (alert.last_at, alert.id) < (${cursor.at}::timestamptz, ${cursor.uuid}::uuid)`}
    order by alert.last_at desc, alert.id desc
    limit ${limit + 1}`;

/** SQL: whether the filters let `alert` through. */
function fits(sql: Sql, filters: AlertFilters): Fragment {
  const { status, severity, kind, agentId, subjectId, snoozed, from, to } = filters;
  const conditions = [
    status === undefined
      ? []
      : status === "unresolved"
        ? sql`alert.status <> 'resolved'`
        : sql`alert.status = ${status}`,
    severity === undefined ? [] : sql`alert.severity = ${severity}`,
    kind === undefined ? [] : sql`alert.kind = ${kind}`,
    agentId === undefined ? [] : sql`alert.agent_id = ${agentId}`,
    subjectId === undefined ? [] : sql`alert.subject_id = ${subjectId}`,
    snoozed === undefined ? [] : sql`((alert.snoozed_until > now()) is true) = ${snoozed}`,
    from === undefined ? [] : sql`alert.last_at >= ${from}::timestamptz`,
    to === undefined ? [] : sql`alert.last_at < ${to}::timestamptz`,
  ].flat();
  return conditions.reduce((before, one) => sql`${before} and ${one}`, sql`true`);
}
