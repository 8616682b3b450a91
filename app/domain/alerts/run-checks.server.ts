import type { Database } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import { waitForCursor } from "./alert-cursor.server.ts";
import { type ActiveRule, activeRules, activeRulesOfAll } from "./alert-rules.server.ts";
import { applyFindings } from "./apply-findings.server.ts";
import type { AppliedAlerts } from "./apply-signals.server.ts";
import type { Finding } from "./signal.ts";
import type { StateCheck } from "./states/state-check.ts";
import type { AlertLog } from "./stepper.server.ts";

export interface RunChecksOptions {
  db: Database;
  log: AlertLog;
  checks: readonly StateCheck[];
  /** Of these alone: nothing of theirs ends by it. */
  tenantIds?: readonly TenantId[] | undefined;
}

/**
 * Looks for what is wrong now, and makes alerts of it. What is looked for is only read, so that a slow look
 * holds up nobody; one that fails leaves its alerts as they are.
 */
export async function runChecks({ db, log, checks, tenantIds }: RunChecksOptions): Promise<AppliedAlerts> {
  const total: AppliedAlerts = { tenantIds: new Set(), opened: [] };
  for (const check of checks) {
    try {
      const applied = await runCheck(db, check, tenantIds);
      for (const tenantId of applied.tenantIds) total.tenantIds.add(tenantId);
      total.opened.push(...applied.opened);
    } catch (error) {
      log.warn(
        { err: error, kind: check.kind, check: check.keyPrefix },
        "what is to be alerted of could not be looked for",
      );
    }
  }
  return total;
}

async function runCheck(
  db: Database,
  check: StateCheck,
  tenantIds: readonly TenantId[] | undefined,
): Promise<AppliedAlerts> {
  const rules = await rulesOf(db, check, tenantIds);
  const { findings, foundAt } = await find(db, check, rules, tenantIds);
  return db.withSql(async (sql) => {
    const { now } = await waitForCursor(sql);
    return applyFindings(sql, { check, findings, rules, foundAt, isComplete: tenantIds === undefined }, now);
  });
}

const rulesOf = (
  db: Database,
  { kind }: StateCheck,
  tenantIds: readonly TenantId[] | undefined,
): Promise<ActiveRule[]> =>
  tenantIds === undefined
    ? db.withSql((sql) => activeRulesOfAll(sql, kind), { readOnly: true })
    : db.withSql((sql) => activeRules(sql, tenantIds, [kind]));

const find = (
  db: Database,
  check: StateCheck,
  rules: readonly ActiveRule[],
  tenantIds: readonly TenantId[] | undefined,
): Promise<{ findings: Finding[]; foundAt: Date }> =>
  db.withSql(
    async (sql) => {
      const [row] = await sql<{ now: Date }[]>`select now() as now`;
      if (row === undefined) throw new Error("The database has no time");
      return { findings: await check.find(sql, { rules, tenantIds, now: row.now }), foundAt: row.now };
    },
    { readOnly: true },
  );
