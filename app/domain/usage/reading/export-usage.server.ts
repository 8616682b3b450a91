import { readWithin } from "#app/domain/audit/audit-reach.server.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import type { Database, Sql } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../../auth/actor.ts";
import type { UsageDays } from "./days.ts";
import type { UsageExportQuery, UsageFilters } from "./schema.ts";
import { type ExportedUsage, usageCsvHeader, usageCsvLine, usageNdjsonLine } from "./usage-export-lines.ts";
import { isWithin, requireUsageReach, type UsageReach } from "./usage-reach.server.ts";
import { usageDaysOf } from "./usage-window.ts";

/** Rows a transaction: enough to make its round trips cheap, few enough to hold. */
const pageSize = 1_000;

export interface ExportUsageOptions {
  query: UsageExportQuery;
  reach?: UsageReach | undefined;
  nowMs: number;
  request: RequestInfo;
}

/**
 * Usage by day, agent and model as text, oldest first, in pieces. The export is recorded when it begins;
 * each piece is read when it is asked for, in a transaction of its own.
 * @throws AppError invalid_input for a window that is too long or has not begun
 */
export async function exportUsage(
  db: Database,
  actor: Actor,
  { query, reach: asked, nowMs, request }: ExportUsageOptions,
): Promise<AsyncGenerator<string, void, undefined>> {
  const reach = requireUsageReach(actor, asked);
  const { format, from, to, ...filters } = query;
  const days = usageDaysOf({ from, to }, nowMs);
  const given = Object.entries({ from: days.first, to: days.last, ...filters }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  await db.asTenantSql(actor.tenantId, (sql) =>
    insertAuditEvents(sql, [
      {
        tenantId: actor.tenantId,
        actor,
        action: "usage.exported",
        resource: { id: reach === "all" ? actor.tenantId : reach },
        request,
        details: {
          format,
          reach: reach === "all" ? "all" : "tenant",
          filters: Object.fromEntries(given),
        },
      },
    ]),
  );
  return pieces(db, reach, format, filters, days);
}

async function* pieces(
  db: Database,
  reach: UsageReach,
  format: UsageExportQuery["format"],
  filters: UsageFilters,
  days: UsageDays,
): AsyncGenerator<string, void, undefined> {
  if (format === "csv") yield usageCsvHeader;
  const toLine = format === "csv" ? usageCsvLine : usageNdjsonLine;
  let after: ExportedUsage | undefined;
  do {
    const rows: ExportedUsage[] = await readWithin(db, reach, (sql) =>
      readRows(sql, { reach, filters, days, after }),
    );
    if (rows.length > 0) yield rows.map(toLine).join("");
    after = rows.length < pageSize ? undefined : rows.at(-1);
  } while (after !== undefined);
}

interface RowsOptions {
  reach: UsageReach;
  filters: UsageFilters;
  days: UsageDays;
  after: ExportedUsage | undefined;
}

/** A row a day, agent, tier and model, whatever terms held: those are what statements are made of. */
const readRows = (sql: Sql, { reach, filters: { agentId, tier, model }, days, after }: RowsOptions) =>
  sql<ExportedUsage[]>`
    with page as (
      select
        rollup.tenant_id, rollup.day, rollup.agent_id, rollup.model_tier, rollup.model, rollup.provider,
        sum(rollup.events)::text as events,
        sum(rollup.input_tokens)::text as input_tokens, sum(rollup.output_tokens)::text as output_tokens,
        sum(rollup.cached_tokens)::text as cached_tokens, sum(rollup.thinking_tokens)::text as thinking_tokens,
        sum(rollup.cost_micros)::text as cost_micros, sum(rollup.late_events)::text as late_events
      from usage_days rollup
      where ${isWithin(sql, "rollup", reach)}
        and rollup.day between ${days.first}::date and ${days.last}::date
        ${agentId === undefined ? sql`` : sql`and rollup.agent_id = ${toUuid(agentId)}`}
        ${tier === undefined ? sql`` : sql`and rollup.model_tier = ${tier}`}
        ${model === undefined ? sql`` : sql`and rollup.model = ${model}`}
        ${
          after === undefined
            ? sql``
            : sql`and (rollup.tenant_id, rollup.day, rollup.agent_id, rollup.model_tier, rollup.model, rollup.provider)
                > (${after.tenant_id}::uuid, ${after.day}::date, ${after.agent_id}::uuid, ${after.model_tier},
                  ${after.model}, ${after.provider})`
        }
      group by 1, 2, 3, 4, 5, 6
      order by 1, 2, 3, 4, 5, 6
      limit ${pageSize}
    )
    select
      page.tenant_id, tenant.name as tenant_name, to_char(page.day, 'YYYY-MM-DD') as day, page.agent_id,
      coalesce(agent.name, 'Deleted agent') as agent_name, page.model_tier, page.model, page.provider,
      page.events, page.input_tokens, page.output_tokens, page.cached_tokens, page.thinking_tokens,
      page.cost_micros, page.late_events
    from page
    join tenants tenant on tenant.id = page.tenant_id
    left join agents agent on agent.tenant_id = page.tenant_id and agent.id = page.agent_id
    order by page.tenant_id, page.day, page.agent_id, page.model_tier, page.model, page.provider
  `;
