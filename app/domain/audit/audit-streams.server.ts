import type { Sql } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Fragment } from "./audit-conditions.server.ts";
import type { AuditPlace } from "./audit-log-cursor.ts";
import type { AuditFilters } from "./audit-log-schema.ts";
import type { AuditReach } from "./audit-reach.server.ts";
import { matchingActions } from "./matching-actions.ts";

/** A stretch of a list of events. */
export interface AuditRange {
  direction: "desc" | "asc";
  /** Begins behind this place. */
  from: AuditPlace | undefined;
}

/** A way through events, in order of time and id, by one index. */
export interface AuditStream {
  /** It has only what the filters let through: nothing needs to be looked at on the way. */
  isExact: boolean;
  /** Rows of it to look at before the next way is tried, where that is not as with any other. */
  lookUps?: number;
  /** Of so many tenants: as many times more rows are read as are walked. */
  sharedBy?: number;
  /** SQL: its events, whole and in order, at most `limit`. */
  rows(limit: number): Fragment;
  /** SQL: tenant, time and id of the same, which the index has. */
  places(limit: number): Fragment;
}

/** So far ahead one looks to see which of several streams is the narrowest. */
const probedEvents = 200;

/**
 * Several actions that are frequent fill a page within so many of a tenant's events; where they do not, each
 * action's own range is the shorter way. A tenant's events lie far apart on the disk.
 */
const lookUpsForActions = 200;
/** Everybody's events lie next to each other: looking at so many of them costs less than asking each tenant. */
const lookUpsOfAll = 6_000;
/** As many ranges of an index, of tenants and actions, are opened for a page, and no more. */
const maxRanges = 1_000;

/** Limits, and what partial indexes are chosen by, stand in the text: a plan for any value serves neither. */
export const literal = (sql: Sql, value: number | string): Fragment =>
  sql.unsafe(typeof value === "number" ? String(value) : `'${value}'`);

/** Which of the filters an index answers, and how. */
interface Candidate {
  condition: Fragment;
  answers: readonly (keyof AuditFilters)[];
}

/** Each index range that has all events the filters let through, the likely narrowest first. */
function candidatesOf(sql: Sql, filters: AuditFilters): Candidate[] {
  const { actor, actorKind, resourceId, status, requestId, correlationId } = filters;
  const actions = matchingActions(filters);
  const candidates: (Candidate | undefined)[] = [
    requestId === undefined
      ? undefined
      : { condition: sql`and event.request_id = ${requestId}`, answers: ["requestId"] },
    correlationId === undefined
      ? undefined
      : { condition: sql`and event.correlation_id = ${correlationId}`, answers: ["correlationId"] },
    resourceId === undefined
      ? undefined
      : { condition: sql`and event.resource_id = ${resourceId}`, answers: ["resourceId"] },
    status === undefined || status === "success"
      ? undefined
      : {
          // Beside the value, the words of the partial index, which a prepared statement is not known to mean.
          condition: sql`and event.status = ${literal(sql, status)} and event.status <> 'success'`,
          answers: ["status"],
        },
    actions?.length === 1
      ? { condition: sql`and event.action = ${actions[0] ?? ""}`, answers: ["action", "resourceType"] }
      : undefined,
    actor === undefined ? undefined : { condition: sql`and event.actor_id = ${actor}`, answers: ["actor"] },
    actorKind === undefined || actorKind === "agent"
      ? undefined
      : {
          condition: sql`and event.actor_kind = ${literal(sql, actorKind)} and event.actor_kind <> 'agent'`,
          answers: ["actorKind"],
        },
  ];
  return candidates.filter((one): one is Candidate => one !== undefined);
}

/** Whether an index of these filters leaves nothing to look at. */
const answersAll = (filters: AuditFilters, answers: readonly (keyof AuditFilters)[]): boolean =>
  Object.entries(filters).every(
    ([name, value]) =>
      value === undefined || name === "from" || name === "to" || answers.some((one) => one === name),
  );

/** Makes streams of what the reader may see. */
export function streamMaker(sql: Sql, reach: AuditReach, filters: AuditFilters, range: AuditRange) {
  const order = range.direction === "desc" ? sql`desc` : sql`asc`;
  const inOrder = sql`order by event.occurred_at ${order}, event.id ${order}`;
  const within = spanOf(sql, filters, range);
  const ofTenant = reach === "all" ? sql`true` : sql`event.tenant_id = ${toUuid(reach)}`;
  const place = sql`event.tenant_id, event.occurred_at, event.id`;
  return {
    inOrder,
    /** By one index; without a condition, by that of time. */
    by(condition: Fragment, isExact: boolean): AuditStream {
      const select = (columns: Fragment, limit: number) => sql`
        select ${columns} from audit_events event
        where ${ofTenant} ${condition} ${within}
        ${inOrder} limit ${literal(sql, limit)}`;
      return {
        isExact,
        rows: (limit) => select(sql`event.*`, limit),
        places: (limit) => select(place, limit),
      };
    },
    /**
     * Several ranges of an index, one for each row of `seeds`, of each at most `limit`, merged. Only the events
     * that are left then are read from the table, which is not as near by as the index.
     */
    bySeeds(seeds: Fragment, condition: Fragment, isExact: boolean): AuditStream {
      const places = (limit: number) => sql`
        select ${place} from (${seeds}) seed
        cross join lateral (
          select ${place} from audit_events event
          where ${condition} ${within}
          ${inOrder} limit ${literal(sql, limit)}
        ) event
        ${inOrder} limit ${literal(sql, limit)}`;
      return {
        isExact,
        places,
        rows: (limit) => sql`
          select event.* from (${places(limit)}) place
          cross join lateral (
            select event.* from audit_events event
            where event.tenant_id = place.tenant_id and event.occurred_at = place.occurred_at
              and event.id = place.id
            limit 1
          ) event`,
      };
    },
  };
}

/** SQL: the span of time. The bounds of the time alone keep partitions out that the place would not. */
function spanOf(sql: Sql, { from, to }: AuditFilters, range: AuditRange): Fragment {
  const place = range.from;
  return sql`
    ${from === undefined ? sql`` : sql`and event.occurred_at >= ${from}::text::timestamptz`}
    ${to === undefined ? sql`` : sql`and event.occurred_at < ${to}::text::timestamptz`}
    ${
      place === undefined
        ? sql``
        : range.direction === "desc"
          ? sql`and event.occurred_at <= ${place.at}::text::timestamptz
              and (event.occurred_at, event.id) < (${place.at}::text::timestamptz, ${place.uuid}::uuid)`
          : sql`and event.occurred_at >= ${place.at}::text::timestamptz
              and (event.occurred_at, event.id) > (${place.at}::text::timestamptz, ${place.uuid}::uuid)`
    }`;
}

/**
 * The ways to the events that the filters let through, to be tried one after the other: the next where
 * one was cut off before it had what was asked for. Every way has all of them.
 */
export async function streamsFor(
  sql: Sql,
  reach: AuditReach,
  filters: AuditFilters,
  range: AuditRange,
): Promise<AuditStream[]> {
  const make = streamMaker(sql, reach, filters, range);
  const byTime = make.by(sql``, answersAll(filters, []));
  const candidates = candidatesOf(sql, filters);
  if (candidates.length === 0) {
    const actions = matchingActions(filters) ?? [];
    if (actions.length === 0 || !answersAll(filters, ["action", "resourceType"])) return [byTime];
    const lookUps = reach === "all" ? lookUpsOfAll : lookUpsForActions;
    const first = { ...byTime, lookUps };
    if (reach === "all" && !(await hasFewTenants(sql, maxRanges / actions.length))) return [first];
    const ofActions = make.bySeeds(
      actionSeeds(sql, reach, actions),
      sql`event.tenant_id = seed.tenant_id and event.action = seed.action`,
      true,
    );
    return [first, ofActions];
  }
  if (reach === "all") return streamsOfAll(sql, filters, candidates, make, byTime);
  return [await narrowest(sql, filters, candidates, make, range)];
}

/** Whether there are at most so many tenants. */
async function hasFewTenants(sql: Sql, most: number): Promise<boolean> {
  const limit = literal(sql, Math.floor(most) + 1);
  const [row] = await sql<{ tenants: number }[]>`
    select count(*)::int as tenants from (select from tenants limit ${limit}) few`;
  return (row?.tenants ?? 0) <= most;
}

/** A row for each action, or each tenant and action. */
const actionSeeds = (sql: Sql, reach: AuditReach, actions: readonly string[]): Fragment =>
  reach === "all"
    ? sql`select tenant.id as tenant_id, wanted.action
        from tenants tenant cross join unnest(${[...actions]}::text[]) as wanted (action)`
    : sql`select ${toUuid(reach)}::uuid as tenant_id, wanted.action
        from unnest(${[...actions]}::text[]) as wanted (action)`;

/** Filters that name something of one tenant: hardly any other has events of it. */
const ofOneTenant = new Set<keyof AuditFilters>(["requestId", "correlationId", "resourceId", "actor"]);

/** Everybody's: each tenant's range of the index, where that is all that is asked, or few have any. */
async function streamsOfAll(
  sql: Sql,
  filters: AuditFilters,
  candidates: readonly Candidate[],
  make: ReturnType<typeof streamMaker>,
  byTime: AuditStream,
): Promise<AuditStream[]> {
  const each = (
    { condition, answers }: Candidate,
    tenants = sql`select tenant.id as tenant_id from tenants tenant`,
  ): AuditStream =>
    make.bySeeds(tenants, sql`event.tenant_id = seed.tenant_id ${condition}`, answersAll(filters, answers));
  const named = candidates.find(({ answers }) => answers.some((one) => ofOneTenant.has(one)));
  if (named !== undefined) {
    const stream = each(named);
    if (stream.isExact) return [stream];
    const having = await sql<{ id: string }[]>`
      select tenant.id from tenants tenant
      cross join lateral (
        select from audit_events event where event.tenant_id = tenant.id ${named.condition} limit 1
      ) any_event`;
    const tenants = sql`select unnest(${having.map(({ id }) => id)}::uuid[]) as tenant_id`;
    return [{ ...each(named, tenants), sharedBy: Math.max(1, having.length) }];
  }
  const first = { ...byTime, lookUps: lookUpsOfAll };
  const [only] = candidates;
  const isShorter =
    only !== undefined && answersAll(filters, only.answers) && (await hasFewTenants(sql, maxRanges));
  return isShorter ? [first, each(only)] : [first];
}

/** Which of several is narrower is seen at the place where the page begins: the one whose 200th event lies furthest away. */
async function narrowest(
  sql: Sql,
  filters: AuditFilters,
  candidates: readonly Candidate[],
  make: ReturnType<typeof streamMaker>,
  range: AuditRange,
): Promise<AuditStream> {
  const streams = candidates.map(({ condition, answers }) =>
    make.by(condition, answersAll(filters, answers)),
  );
  const [first, ...others] = streams;
  if (first === undefined) throw new Error("There is no stream to choose from");
  if (others.length === 0) return first;
  const probes = streams.map(
    (stream, index) => sql`
      (select occurred_at from (${stream.rows(probedEvents)}) probed offset ${literal(sql, probedEvents - 1)})
      ::text as ${sql(`s${index}`)}`,
  );
  const [reached] = await sql<Record<string, string | null>[]>`
    select ${probes.reduce((all, one) => sql`${all}, ${one}`)}`;
  const isFurther = (one: string | null, other: string | null): boolean =>
    other !== null && (one === null || (range.direction === "desc" ? one < other : one > other));
  let best = { stream: first, at: reached?.s0 ?? null };
  for (const [index, stream] of streams.entries()) {
    const at = reached?.[`s${index}`] ?? null;
    if (isFurther(at, best.at)) best = { stream, at };
  }
  return best.stream;
}
