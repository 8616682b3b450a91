import type { Sql } from "#db/database.ts";
import { toTypeId, toUuid } from "#db/ids.ts";
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
  const reached = await findReached(sql, groups);
  if (reached.length === 0) return [];
  const byName = new Map(groups.map((group) => [`${toUuid(group.rule.id)} ${group.key}`, group]));
  const hits = new Map<string, HitRow[]>();
  for (const row of reached) {
    const name = `${row.rule_id} ${row.key}`;
    hits.set(name, [...(hits.get(name) ?? []), row]);
  }
  const openings = [...hits].flatMap(([name, rows]) => {
    const group = byName.get(name);
    return group === undefined ? [] : [openingOf(group, rows)];
  });
  await forget(sql, openings, [...hits.values()].flat());
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

/** The hits from the first window on that reaches its rule's threshold; of keys that reach none, nothing. */
function findReached(sql: Sql, groups: readonly SignalGroup[]) {
  const asked = groups.map(({ rule, key, signals }) => ({
    ...{ tenant_id: toUuid(rule.tenantId), rule_id: toUuid(rule.id), key },
    ...{ threshold: rule.threshold, window_seconds: rule.windowSeconds, since: signals[0]?.occurredAt },
  }));
  // A frame's width may not differ by row, so that time is counted in windows: the last one wide for all.
  return sql<HitRow[]>`
    with asked as (
      select * from json_to_recordset(${JSON.stringify(asked)}::text::json) as asked (
        tenant_id uuid, rule_id uuid, key text, threshold int, window_seconds int, since timestamptz
      )
    ), hits as (
      select asked.tenant_id, asked.rule_id, asked.key, asked.threshold, asked.window_seconds, hit.occurrence,
        hit.occurred_at, hit.event_id, hit.weight
      from asked
      cross join lateral (
        select hit.* from alert_hits hit
        where hit.tenant_id = asked.tenant_id and hit.rule_id = asked.rule_id and hit.key = asked.key
          and hit.occurred_at >= asked.since - asked.window_seconds * interval '1 second'
      ) hit
    ), counted as (
      select tenant_id, rule_id, key, threshold, window_seconds, occurred_at,
        sum(weight) over (
          partition by tenant_id, rule_id, key
          order by extract(epoch from occurred_at)::numeric / window_seconds
          range between 1 preceding and current row
        ) as within
      from hits
    ), reached as (
      select tenant_id, rule_id, key, min(occurred_at - window_seconds * interval '1 second') as begins_at
      from counted where within >= threshold group by tenant_id, rule_id, key
    )
    select hits.rule_id, hits.key, hits.occurrence, hits.event_id, hits.weight,
      to_char(hits.occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as occurred_at
    from hits join reached using (tenant_id, rule_id, key)
    where hits.occurred_at >= reached.begins_at
    order by hits.occurred_at, hits.occurrence`;
}

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
