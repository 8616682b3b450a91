import type { Sql } from "#db/database.ts";
import { type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { Fragment } from "../audit/audit-conditions.server.ts";
import { isoTime } from "../iso-time.ts";
import { isRuleKind, type Severity } from "./rule-kinds.ts";
import type { SilenceView } from "./rule-schema.ts";

interface SilenceRow {
  id: string;
  kind: string | null;
  subject_id: string | null;
  subject_name: string | null;
  max_severity: Severity;
  reason: string;
  starts_at: string;
  ends_at: string;
  created_name: string | null;
  is_active: boolean;
}

/** Newer than any page needs to go back: what is over for longer is purged. */
const maxSilences = 500;

/** The tenant's silences that fit: active ones first, then by their end, the latest first. */
export async function selectSilences(
  sql: Sql,
  tenantId: TenantId,
  isAsked: Fragment,
): Promise<SilenceView[]> {
  const rows = await sql<SilenceRow[]>`
    select
      silence.id, silence.kind, silence.subject_id, silence.max_severity, silence.reason, silence.created_name,
      ${sql.unsafe(isoTime("silence.starts_at"))} as starts_at,
      ${sql.unsafe(isoTime("silence.ends_at"))} as ends_at, silence.ends_at > now() as is_active,
      (
        select alert.subject_name from alerts alert
        where alert.tenant_id = silence.tenant_id and alert.subject_id = silence.subject_id
        order by alert.last_at desc, alert.id desc
        limit 1
      ) as subject_name
    from alert_silences silence
    where silence.tenant_id = ${toUuid(tenantId)} and ${isAsked}
    order by silence.ends_at desc, silence.id desc
    limit ${maxSilences}`;
  return rows.map((row) => ({
    id: toTypeId("sil", row.id),
    kind: row.kind !== null && isRuleKind(row.kind) ? row.kind : null,
    subjectId: row.subject_id,
    subjectName: row.subject_name,
    maxSeverity: row.max_severity,
    reason: row.reason,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    createdBy: row.created_name,
    isActive: row.is_active,
  }));
}
