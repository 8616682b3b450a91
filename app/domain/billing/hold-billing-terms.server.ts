import type { Sql } from "#db/database.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import type { Plan } from "../catalogue.ts";
import { notFound } from "../errors.ts";

export interface BillingTerms {
  name: string;
  plan: Plan;
  overage: boolean;
}

/** What a tenant's price depends on, held until the transaction ends: it is about to be changed. */
export async function holdBillingTerms(sql: Sql, tenantId: TenantId): Promise<BillingTerms> {
  const [tenant] = await sql<BillingTerms[]>`
    select name, plan, overage from tenants
    where id = ${toUuid(tenantId)} and not is_system
    for no key update`;
  if (tenant === undefined) throw notFound("tenant");
  return tenant;
}
