import type { Database } from "#db/database.ts";
import { firstUuidOf, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { type RetentionDays, type RetentionView, retentionChoices } from "./schema.ts";

const DAY_MS = 86_400_000;

/** Older messages are counted up to here. */
const maxCountedOlder = 10_000;

/** How long the tenant's messages are kept, and what each choice would take; bounded, whatever there is. */
export async function readRetention(db: Database, actor: Actor, nowMs: number): Promise<RetentionView> {
  const choices = retentionChoices.filter((days) => days !== null);
  const bounds = choices.map((days) => ({ days, before_id: firstUuidOf(nowMs - days * DAY_MS) }));
  const tenantUuid = toUuid(actor.tenantId);
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const [tenant] = await sql<{ retention_days: RetentionDays }[]>`
        select retention_days from tenants where id = ${tenantUuid}`;
      if (tenant === undefined) throw notFound("tenant");
      // Ids are times: each count is the beginning of the primary key's range.
      const older = await sql<{ days: number; messages: number }[]>`
        select bound.days, counted.messages
        from json_to_recordset(${JSON.stringify(bounds)}::text::json) as bound (days int, before_id uuid)
        cross join lateral (
          select count(*)::int as messages from (
            select from messages message
            where message.tenant_id = ${tenantUuid} and message.id < bound.before_id
            limit ${maxCountedOlder + 1}
          ) counting
        ) counted
      `;
      const counts = new Map(older.map(({ days, messages }) => [days, messages]));
      return {
        days: tenant.retention_days,
        countedTo: maxCountedOlder,
        older: choices.map((days) => {
          const messages = counts.get(days) ?? 0;
          return { days, messages: messages > maxCountedOlder ? null : messages };
        }),
      };
    },
    { readOnly: true },
  );
}
