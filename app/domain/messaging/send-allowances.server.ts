import { AppError } from "#app/domain/errors.ts";
import type { Sql } from "#db/database.ts";
import type { PreparedSend } from "./prepared-send.ts";

/** How often an agent whose quota or budget is used up may send. */
const everySeconds = 1;

/** What a send gets that comes too soon after another one of its limited sender. */
export const quotaLimited = (): AppError =>
  new AppError(
    "quota_limited",
    "This agent's quota or a budget of it is used up: it sends at most one message a second.",
    { retryAfterSeconds: everySeconds },
  );

const senderOf = ({ tenantUuid, sender }: PreparedSend): string => `${tenantUuid} ${sender.uuid}`;

/**
 * Of sends by limited agents, those that come too soon. Each agent's first one of the batch may take its
 * second's allowance; the row stays locked until the commit, so that it is one message a second over all
 * lanes and instances, and none is taken by what is rolled back.
 */
export async function findTooSoon(sql: Sql, sends: readonly PreparedSend[]): Promise<Set<PreparedSend>> {
  if (sends.length === 0) return new Set();
  const first = new Map<string, PreparedSend>();
  for (const send of sends) if (!first.has(senderOf(send))) first.set(senderOf(send), send);
  const wanted = Array.from(first.values(), ({ tenantUuid, sender }) => ({
    ...{ tenant_id: tenantUuid, agent_id: sender.uuid },
  }));
  // The clock's time and not the statement's: the row may have been waited for.
  const granted = await sql<{ tenant_id: string; agent_id: string }[]>`
    insert into send_allowances as allowance (tenant_id, agent_id, last_at)
    select tenant_id, agent_id, clock_timestamp()
    from json_to_recordset(${JSON.stringify(wanted)}::text::json) as wanted (tenant_id uuid, agent_id uuid)
    order by tenant_id, agent_id
    on conflict (tenant_id, agent_id) do update set last_at = clock_timestamp()
      where allowance.last_at <= clock_timestamp() - make_interval(secs => ${everySeconds})
    returning tenant_id, agent_id
  `;
  const passed = new Set(granted.map(({ tenant_id, agent_id }) => first.get(`${tenant_id} ${agent_id}`)));
  return new Set(sends.filter((send) => !passed.has(send)));
}

/** Whether a send at this moment would come too soon, for who only asks. */
export async function wouldComeTooSoon(sql: Sql, { tenantUuid, sender }: PreparedSend): Promise<boolean> {
  const { count } = await sql`
    select from send_allowances
    where tenant_id = ${tenantUuid} and agent_id = ${sender.uuid}
      and last_at > clock_timestamp() - make_interval(secs => ${everySeconds})
  `;
  return count > 0;
}
