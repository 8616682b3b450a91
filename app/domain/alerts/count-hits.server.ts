import type { Sql } from "#db/database.ts";
import { toTypeId, toUuid } from "#db/ids.ts";
import { exactTime } from "../audit/audit-log-row.ts";
import type { ActiveRule } from "./alert-rules.server.ts";
import type { Opening } from "./open-alerts.server.ts";
import { descriptionOf, type SignalGroup, tenantUuidsOf } from "./signal-group.ts";

interface HitRow {
  rule_id: string;
  key: string;
  occurrence: string;
  occurred_at: string;
  event_id: string | null;
  weight: number;
}

/**
 * Notes what counts towards thresholds, each occurrence once, and finds where one is reached: at least so much
 * within the window, by the times at which it happened, in whatever order it was heard of. What is reached is
 * counted from the beginning of that window on, and is not kept as hits any longer.
 */
export async function countHits(sql: Sql, groups: readonly SignalGroup[]): Promise<Opening[]> {
  if (groups.length === 0) return [];
  await insertHits(sql, groups);
  const hits = new Map<string, HitRow[]>();
  for (const row of await readHits(sql, groups)) {
    const name = `${row.rule_id} ${row.key}`;
    const known = hits.get(name);
    if (known === undefined) hits.set(name, [row]);
    else known.push(row);
  }
  const reached = groups.flatMap((group) => {
    const counted = reachedBy(hits.get(`${toUuid(group.rule.id)} ${group.key}`) ?? [], group.rule);
    return counted === undefined ? [] : [{ group, counted }];
  });
  if (reached.length === 0) return [];
  const openings = reached.map(({ group, counted }) => openingOf(group, counted));
  await forget(
    sql,
    openings,
    reached.flatMap(({ counted }) => counted),
  );
  return openings;
}

const insertHits = (sql: Sql, groups: readonly SignalGroup[]) => {
  const rows = groups.flatMap(({ rule, key, signals }) =>
    signals.map(({ occurrence, occurredAt, eventId, weight }) => ({
      ...{ tenant_id: toUuid(rule.tenantId), rule_id: toUuid(rule.id), key, occurrence, weight },
      ...{ occurred_at: occurredAt, event_id: eventId === null ? null : toUuid(eventId) },
    })),
  );
  return sql`
    insert into alert_hits (tenant_id, rule_id, key, occurrence, occurred_at, event_id, weight)
    select tenant_id, rule_id, key, occurrence, occurred_at, event_id, weight
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as hit (
      tenant_id uuid, rule_id uuid, key text, occurrence text, occurred_at timestamptz, event_id uuid, weight int
    )
    on conflict do nothing`;
};

/** The hits of these keys, oldest first, as far back as a window reaches that has what is new in it. */
function readHits(sql: Sql, groups: readonly SignalGroup[]) {
  const asked = groups.map(({ rule, key, signals }) => ({
    ...{ tenant_id: toUuid(rule.tenantId), rule_id: toUuid(rule.id), key },
    ...{ window_seconds: rule.windowSeconds, since: signals[0]?.occurredAt },
  }));
  return sql<HitRow[]>`
    select hit.rule_id, hit.key, hit.occurrence, hit.event_id, hit.weight,
      ${sql.unsafe(exactTime("hit.occurred_at"))} as occurred_at
    from json_to_recordset(${JSON.stringify(asked)}::text::json) as asked (
      tenant_id uuid, rule_id uuid, key text, window_seconds int, since timestamptz
    )
    cross join lateral (
      select hit.* from alert_hits hit
      where hit.tenant_id = asked.tenant_id and hit.rule_id = asked.rule_id and hit.key = asked.key
        and hit.occurred_at >= asked.since - asked.window_seconds * interval '1 second'
    ) hit
    order by hit.occurred_at, hit.occurrence`;
}

/** From the beginning of the first window on that reaches the rule's threshold; undefined where none does. */
function reachedBy(hits: readonly HitRow[], { threshold, windowSeconds }: ActiveRule): HitRow[] | undefined {
  let [first, within] = [0, 0];
  for (const hit of hits) {
    within += hit.weight;
    const beginsAt = microsOf(hit.occurred_at) - windowSeconds * 1_000_000;
    for (let oldest = hits[first]; oldest && microsOf(oldest.occurred_at) < beginsAt; oldest = hits[first]) {
      within -= oldest.weight;
      first += 1;
    }
    if (within >= threshold) return hits.slice(first);
  }
  return undefined;
}

/** Microseconds since 1970, of a time with six digits behind the second. */
const microsOf = (exact: string): number =>
  Date.parse(`${exact.slice(0, 23)}Z`) * 1_000 + Number(exact.slice(23, 26));

function openingOf(group: SignalGroup, hits: readonly HitRow[]): Opening {
  const [first, last] = [hits[0], hits.at(-1)];
  if (first === undefined || last === undefined) throw new Error("A threshold was reached by nothing");
  return {
    ...descriptionOf(group.signals),
    ...{ rule: group.rule, key: group.key, fingerprint: group.fingerprint, step: 0 },
    count: hits.reduce((total, { weight }) => total + weight, 0),
    firstAt: first.occurred_at,
    lastAt: last.occurred_at,
    events: hits.flatMap(({ event_id, occurred_at }) =>
      event_id === null ? [] : [{ id: toTypeId("evt", event_id), occurredAt: occurred_at }],
    ),
  };
}

/** Of what has become alerts: their keys' hits, and the same occurrences where they were counted for another key. */
async function forget(sql: Sql, openings: readonly Opening[], counted: readonly HitRow[]): Promise<void> {
  const keys = openings.map(({ rule, key }) => ({
    ...{ tenant_id: toUuid(rule.tenantId), rule_id: toUuid(rule.id), key },
  }));
  await sql`
    delete from alert_hits hit using json_to_recordset(${JSON.stringify(keys)}::text::json) as gone (
      tenant_id uuid, rule_id uuid, key text
    )
    where hit.tenant_id = gone.tenant_id and hit.rule_id = gone.rule_id and hit.key = gone.key`;
  const times = counted.map((hit) => hit.occurred_at).sort();
  const occurrences = counted.map(({ rule_id, occurrence }) => `${rule_id} ${occurrence}`);
  await sql`
    delete from alert_hits hit
    where hit.occurred_at between ${times[0] ?? null}::text::timestamptz and ${times.at(-1) ?? null}::text::timestamptz
      and hit.tenant_id = any(${tenantUuidsOf(openings)}::uuid[])
      and hit.rule_id || ' ' || hit.occurrence = any(${occurrences}::text[])`;
}
