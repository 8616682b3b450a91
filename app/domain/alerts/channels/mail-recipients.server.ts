import type { Sql } from "#db/database.ts";
import { SYSTEM_TENANT_UUID } from "#db/ids.ts";

export interface Admin {
  userUuid: string;
  email: string;
}

/**
 * The tenant's admins who have confirmed their addresses, by address; of the service's own tenant, those
 * who administer the service. As the system login.
 */
export const listVerifiedAdmins = (sql: Sql, tenantUuid: string): Promise<Admin[]> =>
  sql<Admin[]>`
    select person.id as "userUuid", person.email
    from users person
    where person.disabled_at is null and person.email_verified_at is not null
      and case when ${tenantUuid} = ${SYSTEM_TENANT_UUID} then person.platform_admin else exists (
        select from memberships membership
        where membership.tenant_id = ${tenantUuid} and membership.user_id = person.id
          and membership.role = 'tenant_admin'
      ) end
    order by person.email
  `;

interface Recipients {
  tenantUuid: string;
  deliveryUuid: string;
  addresses: readonly string[];
  toAdmins: boolean;
}

/**
 * Whom a mail channel has still to tell of a delivery: each address once, without those that have got it
 * and those that the server has refused for good since it was last settled (somebody who has it told
 * again means everybody who has not got it).
 */
export async function listMailRecipients(
  sql: Sql,
  { tenantUuid, deliveryUuid, addresses, toAdmins }: Recipients,
): Promise<{ waiting: string[]; told: number }> {
  const admins = toAdmins ? await listVerifiedAdmins(sql, tenantUuid) : [];
  const byAddress = new Map(
    [...addresses, ...admins.map(({ email }) => email)].map((address) => [address.toLowerCase(), address]),
  );
  const done = await sql<{ target: string; is_told: boolean }[]>`
    select lower(attempt.target) as target, bool_or(attempt.outcome = 'delivered') as is_told
    from alert_delivery_attempts attempt
    join alert_deliveries delivery on delivery.tenant_id = attempt.tenant_id and delivery.id = attempt.delivery_id
    where attempt.tenant_id = ${tenantUuid} and attempt.delivery_id = ${deliveryUuid}
      and (attempt.outcome = 'delivered' or (
        attempt.status_code between 500 and 599
        and attempt.started_at > coalesce(delivery.settled_at, '-infinity')
      ))
    group by 1
  `;
  for (const { target } of done) byAddress.delete(target);
  return { waiting: [...byAddress.values()], told: done.filter(({ is_told }) => is_told).length };
}
