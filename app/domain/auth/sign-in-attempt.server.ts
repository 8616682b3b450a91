import type { Database, Sql } from "#db/database.ts";
import { toUuid, type UserId } from "#db/ids.ts";
import { carryOverPlaces } from "./carry-over-places.server.ts";
import { type FailureKind, firstDelaySeconds, maxDelaySeconds, patience } from "./sign-in-delays.ts";
import { digestPlace, type PlaceDigests, type SignInPlace } from "./sign-in-place.ts";

/** An attempt to sign in that was let through to the password. */
export interface SignInAttempt {
  place: PlaceDigests;
  /** Where it is counted as a failure until it has succeeded. */
  counted: CountedFailure[];
}

export interface CountedFailure {
  kind: FailureKind;
  hash: Buffer;
  /** In a row, this one included. */
  failures: number;
  /** How long the next attempt has to wait. */
  delaySeconds: number;
}

/** Held up: nothing was looked at, and nothing counted. */
export interface HeldUp {
  waitSeconds: number;
}

interface Counter {
  kind: FailureKind;
  hash: Buffer;
}

export interface BeginAttemptOptions {
  email: string;
  /** Whose account it is; null for nobody's, which is treated alike. */
  userId: UserId | null;
  place: SignInPlace;
}

/**
 * Counts an attempt as a failure before its password is looked at, so that those who come at the same
 * moment are counted too, or says how long it has to wait. A success takes the count back
 * (`settleSignIn`). Attempts that have to wait change nothing: nobody can lengthen a wait by knocking.
 */
export async function beginAttempt(
  db: Database,
  { email, userId, place }: BeginAttemptOptions,
): Promise<SignInAttempt | HeldUp> {
  const digests = digestPlace(place, email);
  return db.withSql(async (sql) => {
    if (userId !== null) await carryOverPlaces(sql, userId, place, digests);
    const counters = countersOf(digests, await findKnown(sql, userId, digests));
    const waitSeconds = await findWait(sql, counters);
    if (waitSeconds > 0) return { waitSeconds };
    const counted = await countFailures(sql, counters);
    if (counted.length === counters.length) return { place: digests, counted };
    // Another attempt was quicker and has begun a wait. What was counted here is of no account.
    await sql`rollback to savepoint uncounted`;
    return { waitSeconds: Math.max(1, await findWait(sql, counters)) };
  });
}

interface Known {
  device: boolean;
  network: boolean;
}

/**
 * Who is at a browser that they have signed in with before has a count of their own: nobody else's
 * failures are in it, so nobody can lock them out. The same for a network, of which others may be,
 * so there its address counts as well.
 */
function countersOf(digests: PlaceDigests, known: Known): Counter[] {
  if (known.device) return [{ kind: "account", hash: digests.account(digests.device) }];
  return [
    { kind: "account", hash: digests.account(known.network ? digests.network : null) },
    { kind: "address", hash: digests.address },
  ];
}

async function findKnown(sql: Sql, userId: UserId | null, { device, network }: PlaceDigests): Promise<Known> {
  const rows = await sql<{ kind: keyof Known }[]>`
    select kind from sign_in_places
    where user_id = ${userId === null ? null : toUuid(userId)}
      and ((kind = 'device' and hash = ${device}) or (kind = 'network' and hash = ${network}))
  `;
  return {
    device: rows.some(({ kind }) => kind === "device"),
    network: rows.some(({ kind }) => kind === "network"),
  };
}

/** Whole seconds until none of the counters stands in the way. */
async function findWait(sql: Sql, counters: readonly Counter[]): Promise<number> {
  const { kinds, hexes } = columnsOf(counters);
  const [row] = await sql<{ seconds: number | null }[]>`
    select ceil(extract(epoch from max(blocked_until) - clock_timestamp()))::int as seconds
    from sign_in_failures
    where (kind, hash) in (
      select kind, decode(hex, 'hex') from unnest(${kinds}::text[], ${hexes}::text[]) as asked (kind, hex)
    )
      and blocked_until > clock_timestamp()
  `;
  return row?.seconds ?? 0;
}

/** As text: the driver has no arrays of bytes. */
const columnsOf = (counters: readonly Counter[]) => ({
  kinds: counters.map(({ kind }) => kind),
  hexes: counters.map(({ hash }) => hash.toString("hex")),
});

interface FailureRow {
  kind: FailureKind;
  hash: Buffer;
  failures: number;
  delay_seconds: number;
}

/** Gives only those counters that nothing has begun to hold up meanwhile. Rows are locked in one order. */
async function countFailures(sql: Sql, counters: readonly Counter[]): Promise<CountedFailure[]> {
  await sql`set local synchronous_commit to off`;
  await sql`savepoint uncounted`;
  const { account, address } = patience;
  const { kinds, hexes } = columnsOf(counters);
  const rows = await sql<FailureRow[]>`
    insert into sign_in_failures as counter (kind, hash, failures, last_failed_at, blocked_until)
    select kind, decode(hex, 'hex'), 1, clock_timestamp(), null
    from unnest(${kinds}::text[], ${hexes}::text[]) as tried (kind, hex)
    order by kind, hex
    on conflict (kind, hash) do update set (failures, last_failed_at, blocked_until) = (
      select
        row_of.failures, clock_timestamp(),
        case when row_of.failures >= row_of.patience then
          clock_timestamp() + make_interval(secs => least(
            ${maxDelaySeconds}::float8,
            ${firstDelaySeconds}::float8 * power(2, least(row_of.failures - row_of.patience, 20))
          ))
        end
      from (
        select
          case
            when counter.last_failed_at < clock_timestamp() - make_interval(secs => case counter.kind
              when 'account' then ${account.forgottenAfterSeconds}::float8
              else ${address.forgottenAfterSeconds}::float8
            end) then 1
            else counter.failures + 1
          end as failures,
          case counter.kind when 'account' then ${account.failures}::int else ${address.failures}::int end as patience
      ) as row_of
    )
    where counter.blocked_until is null or counter.blocked_until <= clock_timestamp()
    returning
      kind, hash, failures,
      coalesce(round(extract(epoch from counter.blocked_until - counter.last_failed_at)), 0)::int as delay_seconds
  `;
  return rows.map(({ kind, hash, failures, delay_seconds }) => ({
    ...{ kind, hash, failures },
    delaySeconds: delay_seconds,
  }));
}
