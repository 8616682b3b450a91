import type { Database, Sql } from "#db/database.ts";
import { readForPage } from "../audit/list-audit-logs.server.ts";
import type { Actor } from "../auth/actor.ts";
import { type AlertReach, isWithinReach, requireAlertReach } from "./alert-reach.server.ts";
import type { AlertCounts } from "./alert-schema.ts";
import type { Severity } from "./rule-kinds.ts";

/**
 * How many alerts wait for somebody, and how many of them are snoozed. Reads no resolved ones.
 * @throws AppError forbidden; overloaded: the database took too long
 */
export async function countAlerts(
  db: Database,
  actor: Actor,
  { reach: asked }: { reach?: AlertReach | undefined } = {},
): Promise<AlertCounts> {
  const reach = requireAlertReach(actor, asked, "alerts:read");
  const rows = await readForPage(db, reach, (sql) => selectCounts(sql, reach));
  const counts: AlertCounts = {
    ...{ open: 0, acknowledged: 0, snoozed: 0 },
    bySeverity: { info: 0, warning: 0, critical: 0 },
  };
  for (const { status, severity, is_snoozed, count } of rows) {
    if (is_snoozed) counts.snoozed += count;
    else {
      counts[status] += count;
      counts.bySeverity[severity] += count;
    }
  }
  return counts;
}

const selectCounts = (sql: Sql, reach: AlertReach) =>
  sql<{ status: "open" | "acknowledged"; severity: Severity; is_snoozed: boolean; count: number }[]>`
    select alert.status, alert.severity, (alert.snoozed_until > now()) is true as is_snoozed, count(*)::int as count
    from alerts alert
    where ${isWithinReach(sql, reach)}
      and ${reach === "all" ? sql`alert.status <> 'resolved'` : sql`alert.status in ('open', 'acknowledged')`}
    group by alert.status, alert.severity, is_snoozed`;
