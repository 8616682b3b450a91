import type postgres from "postgres";
import { readAgentFigures } from "#app/domain/messaging/statistics/read-agent-figures.server.ts";
import { readTenantFigures } from "#app/domain/messaging/statistics/read-tenant-figures.server.ts";
import { rollUpTraffic } from "#app/domain/messaging/statistics/roll-up-traffic.server.ts";
import { windowOf } from "#app/domain/messaging/statistics/statistics-window.ts";
import { createDatabase } from "#db/client.server.ts";
import { newUuid } from "#db/ids.ts";
import type { BenchEnvironment } from "./environment.ts";
import { explain } from "./explain.ts";
import { createPopulation, type Population } from "./population.ts";
import { type Figure, milliseconds, percentile, perSecond } from "./report.ts";
import { signInToBench } from "./sign-in.ts";
import { startSignalbox } from "./signalbox-process.ts";

const AGENTS = 100;
const EDGES = 1_000;
const DAYS = 90;
const MESSAGES = 10_000_000;
const BAR_MS = 100;
const windows = ["24h", "7d", "30d", "90d"] as const;
const requests = 200;

/** Statistics of a tenant with 10 M messages in three months, and how fast traffic is folded in. */
export async function benchStatistics(environment: BenchEnvironment): Promise<Figure[]> {
  const population = await createPopulation(environment.owner, AGENTS);
  await fillRollUps(environment.owner, population);
  const rollUps = await measureRollUps(environment, population);
  const signIn = await signInToBench(environment, population.tenantUuid);
  const signalbox = await startSignalbox(environment);
  try {
    const cookie = await signIn(signalbox.origin);
    const figures: Figure[] = [];
    const agent = population.agents[0];
    const paths = [
      ...windows.map((window) => [`statistics of ${window}`, `/api/messaging/statistics?window=${window}`]),
      ...windows.map((window) => [
        `statistics of an agent, ${window}`,
        `/api/messaging/statistics?window=${window}&agentId=${agent?.id}`,
      ]),
      ["communications of an agent, 90 days", `/api/agents/${agent?.id}/communications?days=90`],
    ] as const;
    for (const [what, path] of paths)
      for (const concurrency of [1, 8]) {
        const p95Ms = await p95Of(`${signalbox.origin}${path}`, cookie, concurrency);
        figures.push({
          what: `${what}, ${concurrency} at once, p95`,
          measured: milliseconds(p95Ms),
          target: `< ${BAR_MS} ms`,
          met: p95Ms < BAR_MS,
        });
      }
    return [...figures, ...rollUps, ...(await plansOf(environment, population))];
  } finally {
    await signalbox.stop();
  }
}

async function p95Of(url: string, cookie: string, concurrency: number): Promise<number> {
  const samples: number[] = [];
  const ask = async (isMeasured: boolean) => {
    const startedMs = performance.now();
    const response = await fetch(url, { headers: { cookie } });
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
    if (isMeasured) samples.push(performance.now() - startedMs);
  };
  const lane = async () => {
    for (let n = 0; n < 10; n += 1) await ask(false);
    for (let n = 0; n < requests / concurrency; n += 1) await ask(true);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return percentile(samples, 0.95);
}

/**
 * The roll-ups that 10 M messages leave behind when every edge is busy in every hour: the most rows
 * that so many edges can make.
 */
async function fillRollUps(owner: postgres.Sql, { tenantUuid, agents }: Population): Promise<void> {
  const uuids = agents.map(({ uuid }) => uuid);
  const perRow = Math.max(1, Math.round(MESSAGES / (EDGES * DAYS * 24)));
  const counts = "sent, delivered, blocked, failed, expired";
  await owner`
    insert into edge_rollups (
      tenant_id, grain, at, sender_kind, sender_id, recipient_kind, recipient_id, ${owner.unsafe(counts)}
    )
    select ${tenantUuid}, 'hour', hour.at, 'agent', sender.id, 'agent', recipient.id, n, n - 1, 1, 0, 0
    from generate_series(
      date_trunc('hour', now()) - ${DAYS} * interval '1 day', date_trunc('hour', now()), interval '1 hour'
    ) as hour (at)
    cross join unnest(${uuids}::uuid[]) with ordinality as sender (id, place)
    cross join generate_series(1, ${EDGES / AGENTS}::int) as step
    join unnest(${uuids}::uuid[]) with ordinality as recipient (id, place)
      on recipient.place = (sender.place + step * 7) % ${AGENTS} + 1
    cross join (select ${perRow}::int as n) each
  `;
  const sums = "sum(sent), sum(delivered), sum(blocked), sum(failed), sum(expired)";
  await owner`
    insert into edge_rollups (
      tenant_id, grain, at, sender_kind, sender_id, recipient_kind, recipient_id, ${owner.unsafe(counts)}
    )
    select tenant_id, 'day', date_trunc('day', at, 'UTC'), sender_kind, sender_id, recipient_kind, recipient_id,
      ${owner.unsafe(sums)}
    from edge_rollups group by 1, 3, 4, 5, 6, 7
  `;
  await owner`
    insert into party_rollups (tenant_id, grain, at, direction, party_kind, party_id, ${owner.unsafe(counts)})
    select edge.tenant_id, edge.grain, edge.at, side.direction, 'agent', side.id, ${owner.unsafe(sums)}
    from edge_rollups edge
    cross join lateral (values ('sent', edge.sender_id), ('received', edge.recipient_id)) as side (direction, id)
    group by 1, 2, 3, 4, 6
  `;
  await owner`
    insert into party_rollups (tenant_id, grain, at, direction, party_kind, party_id, ${owner.unsafe(counts)})
    select tenant_id, 'week', date_trunc('week', at, 'UTC'), direction, party_kind, party_id, ${owner.unsafe(sums)}
    from party_rollups where grain = 'day' group by 1, 3, 4, 5, 6
  `;
  await owner`
    insert into traffic_rollups (
      tenant_id, grain, at, type, ${owner.unsafe(counts)}, latency_count, latency_total_ms, latency_buckets
    )
    select tenant_id, grain, at, type, sum(sent) / 5, sum(delivered) / 5, sum(blocked) / 5, 0, 0,
      sum(delivered) / 5, sum(delivered), array_fill((sum(delivered) / 100)::int, array[20])
    from edge_rollups
    cross join unnest(array['task_handoff', 'status_update', 'data_request', 'data_response', 'escalation']) as type
    group by 1, 2, 3, 4
  `;
  // As autovacuum leaves them.
  await owner`vacuum analyze edge_rollups, party_rollups, traffic_rollups`;
}

const DELTA_ROWS = 5_000;
const DELTAS_A_ROW = 64;

/** As the group commit of a busy tenant notes its traffic: 64 messages a transaction, each of another edge. */
async function measureRollUps(
  environment: BenchEnvironment,
  { tenantUuid, agents }: Population,
): Promise<Figure[]> {
  const uuids = agents.map(({ uuid }) => uuid);
  await environment.owner`
    insert into traffic_deltas (tenant_id, deltas)
    select ${tenantUuid}, (
      select jsonb_agg(jsonb_build_object(
        'h', floor(extract(epoch from now()) / 3600), 'sk', 'agent', 'rk', 'agent',
        's', (${uuids}::uuid[])[(row + n) % ${AGENTS} + 1],
        'r', (${uuids}::uuid[])[(row + n + 7 * (n % 10 + 1)) % ${AGENTS} + 1],
        't', 'status_update', 'sent', 1, 'delivered', 1, 'blocked', 0, 'failed', 0, 'expired', 0,
        'ms', 3, 'b', jsonb_build_object('2', 1)
      )) from generate_series(1, ${DELTAS_A_ROW}::int) as n
    )
    from generate_series(1, ${DELTA_ROWS}::int) as row
  `;
  await environment.owner`vacuum analyze traffic_deltas`;
  const db = createDatabase({ tenantUrl: environment.tenantUrl, systemUrl: environment.systemUrl });
  try {
    const startedMs = performance.now();
    const folded = await rollUpTraffic(db);
    const seconds = (performance.now() - startedMs) / 1_000;
    if (folded !== DELTA_ROWS) throw new Error(`${folded} of ${DELTA_ROWS} rows were folded.`);
    return [
      {
        what: "traffic folded into roll-ups",
        measured: `${perSecond((folded * DELTAS_A_ROW) / seconds)} messages, ${perSecond(folded / seconds)} transactions' notes`,
      },
    ];
  } finally {
    await db.close();
  }
}

/** What PostgreSQL does for each window of the tenant, and for the longest of one agent. */
async function plansOf(
  { tenantUrl }: BenchEnvironment,
  { tenantUuid, agents }: Population,
): Promise<Figure[]> {
  const nowMs = Date.now();
  const plans = windows.map((window) =>
    explain({
      ...{ tenantUrl, tenantUuid, what: `statistics of ${window}` },
      read: (sql) => readTenantFigures(sql, { tenantUuid, nowMs, window: windowOf({ window }, nowMs) }),
    }),
  );
  const agentUuid = agents[0]?.uuid ?? newUuid();
  plans.push(
    explain({
      ...{ tenantUrl, tenantUuid, what: "statistics of an agent, 90d" },
      read: (sql) =>
        readAgentFigures(sql, {
          ...{ tenantUuid, agentUuid, nowMs, withTurnedAway: true },
          window: windowOf({ window: "90d" }, nowMs),
        }),
    }),
  );
  return (await Promise.all(plans)).flat();
}
