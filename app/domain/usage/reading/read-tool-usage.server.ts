import { readWithin } from "#app/domain/audit/audit-reach.server.ts";
import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Actor } from "../../auth/actor.ts";
import { hasDaysOf, sumOfDays } from "./days-of-months.server.ts";
import type { ToolUsage, ToolUsageQuery } from "./schema.ts";
import { isWithin, requireUsageReach, type UsageReach } from "./usage-reach.server.ts";
import { usageDaysOf } from "./usage-window.ts";

const calls = { table: "rollup", column: "calls_by_day" } as const;

interface ToolRow {
  tool: string;
  calls: string;
  previous_calls: string;
  total_calls: string;
  tool_count: string;
}

/**
 * The tools that were called most, and how often in as many days before.
 * @throws AppError invalid_input for a window that is too long or has not begun
 */
export function readToolUsage(
  db: Database,
  actor: Actor,
  { reach: asked, agentId, limit, ...span }: ToolUsageQuery & { reach?: UsageReach | undefined },
  nowMs: number,
): Promise<ToolUsage> {
  const reach = requireUsageReach(actor, asked);
  const days = usageDaysOf(span, nowMs);
  return readWithin(db, reach, async (sql) => {
    const rows = await sql<ToolRow[]>`
      with called as materialized (
        select
          rollup.tool, sum(${sumOfDays(sql, calls, [days.first, days.last])})::bigint as calls,
          sum(${sumOfDays(sql, calls, [days.beforeFirst, days.beforeLast])})::bigint as previous_calls
        from usage_tool_months rollup
        where ${isWithin(sql, "rollup", reach)} and ${hasDaysOf(sql, "rollup", [days.beforeFirst, days.last])}
          ${agentId === undefined ? sql`` : sql`and rollup.agent_id = ${toUuid(agentId)}`}
        group by rollup.tool
      )
      select called.*, sum(called.calls) over () as total_calls, count(*) over () as tool_count
      from called
      where called.calls > 0
      order by called.calls desc, called.tool
      limit ${limit}
    `;
    return {
      window: { from: days.first, to: days.last },
      tools: rows.map(({ tool, calls, previous_calls }) => ({
        tool,
        calls: Number(calls),
        previousCalls: Number(previous_calls),
      })),
      totalCalls: Number(rows[0]?.total_calls ?? 0),
      toolCount: Number(rows[0]?.tool_count ?? 0),
    };
  });
}
