import type { Database, Sql } from "#db/database.ts";
import { subjectIdsOf } from "../audit/erased-subjects.server.ts";

/** What stands where somebody has written why, and a text has to be. */
const erased = "Erased";

/**
 * Erases of alerts what an erasure of a person is about: their name, where an alert is about them or they
 * have answered it, and what they wrote. What the alerts say without it stays, and so do their counts.
 * Done again it changes nothing. Of an agent's erasure there is nothing to do.
 */
export async function eraseAlertTexts(
  db: Database,
  { tenantUuid, erasureUuid }: { tenantUuid: string; erasureUuid: string },
): Promise<void> {
  await db.withSql(async (sql) => {
    const [erasure] = await sql<{ subject_id: string; user_id: string | null; created_at: string }[]>`
      select subject_id, user_id, created_at::text from erasures
      where tenant_id = ${tenantUuid} and id = ${erasureUuid} and subject_kind = 'member'`;
    if (erasure === undefined) return;
    const subjects = subjectIdsOf(erasure.subject_id, erasure.user_id);
    const about = { tenantUuid, subjects: [...subjects], until: erasure.created_at };
    const alertUuids = await eraseAlerts(sql, about);
    await eraseDeliveries(sql, tenantUuid, alertUuids);
    await eraseEntries(sql, about);
    await sql`
      update alert_silences set created_name = null, reason = ${erased}
      where tenant_id = ${tenantUuid} and created_by = any(${about.subjects}) and reason <> ${erased}
        and created_at <= ${about.until}::timestamptz`;
  });
}

interface About {
  tenantUuid: string;
  subjects: string[];
  until: string;
}

/** Gives the alerts that were about the person, or that they had answered. */
async function eraseAlerts(sql: Sql, { tenantUuid, subjects, until }: About): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from alerts
    where tenant_id = ${tenantUuid} and opened_at <= ${until}::timestamptz and (
      subject_id = any(${subjects}) or acknowledged_by = any(${subjects}) or resolved_by = any(${subjects})
    )
    order by fingerprint
    for no key update`;
  const uuids = rows.map(({ id }) => id);
  await sql`
    update alerts set
      subject_name = case when subject_id = any(${subjects}) then null else subject_name end,
      acknowledged_name = case when acknowledged_by = any(${subjects}) then null else acknowledged_name end,
      resolved_name = case when resolved_by = any(${subjects}) then null else resolved_name end,
      resolution = case when resolved_by = any(${subjects}) then null else resolution end
    where tenant_id = ${tenantUuid} and id = any(${uuids}::uuid[])`;
  return uuids;
}

/** What channels were told is kept as it was then; of these alerts it is kept without words. */
const eraseDeliveries = (sql: Sql, tenantUuid: string, alertUuids: readonly string[]) => sql`
  update alert_deliveries set content = content || jsonb_build_object(
    'title', ${erased}::text, 'acknowledgedBy', null, 'resolvedBy', null, 'resolution', null,
    'subject', jsonb_build_object('type', content #> '{subject,type}', 'id', null, 'name', null)
  )
  where tenant_id = ${tenantUuid} and alert_id = any(${[...alertUuids]}::uuid[])`;

async function eraseEntries(sql: Sql, { tenantUuid, subjects, until }: About): Promise<void> {
  await sql`
    update alert_entries set actor_name = null, text = null
    where tenant_id = ${tenantUuid} and actor_id = any(${subjects}) and at <= ${until}::timestamptz`;
  await sql`
    update alert_entries set details = details - 'targetName'
    where tenant_id = ${tenantUuid} and kind = 'action' and details ->> 'targetId' = any(${subjects})
      and at <= ${until}::timestamptz`;
}
