import type { Sql } from "#db/database.ts";
import { enqueueJobs } from "#jobs/enqueue.ts";
import { hasWork, type PushMailbox, toPushJob } from "./wake-push.server.ts";

/**
 * From each attempt on: longer than an attempt takes (15 s), and short enough that what a killed
 * worker held is posted again within a minute.
 */
export const leaseSeconds = 25;
/** Endpoints of one tenant that are worked on at once, so that its hanging ones leave room for others'. */
export const maxLeasesPerTenant = 4;
/**
 * When another holds the lease, when to ask again. It may let go with nothing left to do, and then brings
 * nothing forward: a message that is sent next would wait as long as this.
 */
const heldDelayMs = 1_000;
/** When there is room for no more of the tenant's, about when to ask again. */
const crowdedDelayMs = 2_000;

interface EndpointRow {
  status: string;
  mode: string;
  leased_ms: number | null;
  backoff_ms: number | null;
}

/**
 * Takes the endpoint's lease; false when it is not to be had now. Then the job is enqueued again, on
 * this transaction, for when it may be: a moment later where another holds it (who, letting go with
 * something left, brings that forward), at the end of the backoff, or when others of the tenant are done.
 */
export async function takeLease(
  sql: Sql,
  mailbox: PushMailbox,
  leaseId: string,
  random: number,
): Promise<boolean> {
  const { tenantUuid, agentUuid } = mailbox;
  // The tenant before its endpoints: whoever counts them is alone with it.
  await sql`select pg_advisory_xact_lock(hashtextextended('signalbox.push ' || ${tenantUuid}::text, 0))`;
  const [endpoint] = await sql<EndpointRow[]>`
    select endpoint.status, mailbox.mode,
      extract(epoch from endpoint.leased_until - clock_timestamp())::float8 * 1000 as leased_ms,
      extract(epoch from endpoint.next_attempt_at - clock_timestamp())::float8 * 1000 as backoff_ms
    from endpoints endpoint
    join mailboxes mailbox on mailbox.tenant_id = endpoint.tenant_id and mailbox.id = endpoint.agent_id
    where endpoint.tenant_id = ${tenantUuid} and endpoint.agent_id = ${agentUuid}
    for no key update of endpoint
  `;
  if (endpoint === undefined || endpoint.status !== "active" || endpoint.mode !== "push") return false;
  const again = async (delayMs: number): Promise<false> => {
    const job = toPushJob(mailbox, new Date(Date.now() + delayMs));
    await enqueueJobs(sql, "push-deliveries", [job], "preserve_run_at");
    return false;
  };
  if ((endpoint.leased_ms ?? 0) > 0) return again(Math.min(endpoint.leased_ms ?? 0, heldDelayMs));
  if ((endpoint.backoff_ms ?? 0) > 0) return again(endpoint.backoff_ms ?? 0);
  const [others] = await sql<{ count: number }[]>`
    select count(*)::int as count from endpoints
    where tenant_id = ${tenantUuid} and leased_until > clock_timestamp()
  `;
  if ((others?.count ?? 0) >= maxLeasesPerTenant) return again(crowdedDelayMs * (0.5 + random));
  await sql`
    update endpoints set lease_id = ${leaseId}, leased_until = clock_timestamp() + make_interval(secs => ${leaseSeconds})
    where tenant_id = ${tenantUuid} and agent_id = ${agentUuid}
  `;
  return true;
}

/** Lets go of the lease, where it is still held. */
export async function releaseLease(sql: Sql, mailbox: PushMailbox, leaseId: string): Promise<void> {
  await sql`
    update endpoints set lease_id = null, leased_until = null
    where tenant_id = ${mailbox.tenantUuid} and agent_id = ${mailbox.agentUuid} and lease_id = ${leaseId}
  `;
}

/**
 * After the lease was let go of, and that was committed: what came in meanwhile found the lease held
 * and waits for its end. It is brought forward, to now or to the end of the backoff.
 */
export async function enqueueWhatIsLeft(sql: Sql, mailbox: PushMailbox): Promise<void> {
  const [endpoint] = await sql<{ backoff_ms: number | null }[]>`
    select extract(epoch from endpoint.next_attempt_at - now())::float8 * 1000 as backoff_ms
    from endpoints endpoint
    where endpoint.tenant_id = ${mailbox.tenantUuid} and endpoint.agent_id = ${mailbox.agentUuid}
      and ${sql.unsafe(hasWork)}
  `;
  if (endpoint === undefined) return;
  const backoffMs = endpoint.backoff_ms ?? 0;
  const job = toPushJob(mailbox, backoffMs > 0 ? new Date(Date.now() + backoffMs) : undefined);
  await enqueueJobs(sql, "push-deliveries", [job], "replace");
}
