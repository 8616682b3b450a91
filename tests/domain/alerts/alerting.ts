import type postgres from "postgres";
import { applySignals } from "#app/domain/alerts/apply-signals.server.ts";
import type { Signal } from "#app/domain/alerts/signal.ts";
import type { Database } from "#db/database.ts";
import { newId, type TenantId, toUuid } from "#db/ids.ts";

/** A failed sign-in of an account, so many seconds after `start`. */
export function aFailure(tenantId: TenantId, at: Date, changes: Partial<Signal> = {}): Signal {
  const eventId = newId("evt");
  return {
    ...{
      tenantId,
      kind: "failed_login_threshold",
      key: "user:usr_1",
      occurrence: eventId,
      weight: 1,
      eventId,
    },
    occurredAt: at.toISOString(),
    subject: { type: "user", id: "usr_1", name: "Ada" },
    facts: { by: "account" },
    ...changes,
  };
}

/** What cannot be left out of two evaluators: the cursor is held while signals become alerts. */
export const apply = (db: Database, signals: readonly Signal[], now = new Date()) =>
  db.withSql(async (sql) => {
    await sql`select from alert_cursor for update`;
    return applySignals(sql, signals, now);
  });

export interface StoredAlert {
  id: string;
  kind: string;
  fingerprint: string;
  severity: string;
  status: string;
  subject_type: string;
  subject_id: string | null;
  count: number;
  step: number;
  told_count: number;
  told_at: Date | null;
  first_at: Date;
  last_at: Date;
  resolved_at: Date | null;
  resolved_by: string | null;
  snoozed_until: Date | null;
}

/** A tenant's alerts, in the order in which they were opened. */
export const alertsOf = (owner: postgres.Sql, tenantId: TenantId) => owner<StoredAlert[]>`
  select id, kind, fingerprint, severity, status, subject_type, subject_id, count::int as count, step,
    told_count::int as told_count, told_at, first_at, last_at, resolved_at, resolved_by, snoozed_until
  from alerts where tenant_id = ${toUuid(tenantId)} order by id`;
