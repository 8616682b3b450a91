import type { Sql } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import { boundsOf, type Period } from "../usage/period.ts";
import { readAgentTerms, readPlanTerms, readUsage } from "./read-terms.server.ts";
import { makeStatement, type Statement } from "./statement.ts";

/** What a month costs a tenant, by its terms and its usage as they are now. */
export async function readStatement(sql: Sql, tenantId: TenantId, month: Period): Promise<Statement> {
  const span = boundsOf(month);
  const [plans, agents, usage] = await Promise.all([
    readPlanTerms(sql, tenantId, span),
    readAgentTerms(sql, tenantId, span),
    readUsage(sql, tenantId, month),
  ]);
  return makeStatement({ month, plans, agents, usage });
}
