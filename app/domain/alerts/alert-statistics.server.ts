import type { Database, Sql } from "#db/database.ts";
import { exactTime } from "../audit/audit-log-row.ts";
import { readForPage } from "../audit/list-audit-logs.server.ts";
import type { Actor } from "../auth/actor.ts";
import { type AlertReach, isWithinReach, requireAlertReach } from "./alert-reach.server.ts";
import type { AlertStatistics, AlertWindow } from "./alert-schema.ts";
import { isRuleKind, type Severity } from "./rule-kinds.ts";

/** Some 24 to 30 stretches, that begin at whole hours or days of UTC. */
const spans: Record<AlertWindow, { bucketSeconds: number; buckets: number }> = {
  "24h": { bucketSeconds: 3_600, buckets: 24 },
  "7d": { bucketSeconds: 6 * 3_600, buckets: 28 },
  "30d": { bucketSeconds: 86_400, buckets: 30 },
  "90d": { bucketSeconds: 3 * 86_400, buckets: 30 },
};

/** Alerts whose answers are measured. */
const mostMeasured = 10_000;

/**
 * Alerts that were opened in a window: over time by severity, by kind, and how long it took until somebody
 * acknowledged or resolved them (the median of those that were answered). The newest stretch is not over.
 * @throws AppError forbidden; overloaded: the database took too long
 */
export async function alertStatistics(
  db: Database,
  actor: Actor,
  { window, reach: asked }: { window: AlertWindow; reach?: AlertReach | undefined },
): Promise<AlertStatistics> {
  const reach = requireAlertReach(actor, asked, "alerts:read");
  const { bucketSeconds, buckets } = spans[window];
  const { counts, medians } = await readForPage(db, reach, async (sql) => ({
    counts: await selectCounts(sql, reach, spans[window]),
    medians: await selectMedians(sql, reach, spans[window]),
  }));
  const points = new Map<string, AlertStatistics["points"][number]>();
  const byKind = new Map<string, { opened: number; unresolved: number }>();
  for (const { at, severity, kind, opened, unresolved } of counts) {
    const point = points.get(at) ?? { at, info: 0, warning: 0, critical: 0 };
    points.set(at, point);
    if (severity === null || kind === null) continue;
    point[severity] += opened;
    const sum = byKind.get(kind) ?? { opened: 0, unresolved: 0 };
    byKind.set(kind, { opened: sum.opened + opened, unresolved: sum.unresolved + unresolved });
  }
  const kinds = [...byKind].flatMap(([kind, sum]) => (isRuleKind(kind) ? [{ kind, ...sum }] : []));
  const total = (of: "opened" | "unresolved") => kinds.reduce((sum, one) => sum + one[of], 0);
  return {
    window,
    bucketSeconds,
    points: [...points.values()].slice(-buckets),
    byKind: kinds.toSorted((a, b) => b.opened - a.opened || (a.kind < b.kind ? -1 : 1)),
    ...{ opened: total("opened"), unresolved: total("unresolved") },
    medianAcknowledgeSeconds: medians?.acknowledge ?? null,
    medianResolveSeconds: medians?.resolve ?? null,
  };
}

type Span = (typeof spans)[AlertWindow];

interface CountRow {
  at: string;
  /** Null where none was opened. */
  severity: Severity | null;
  kind: string | null;
  opened: number;
  unresolved: number;
}

/** SQL: the beginning of the stretch of `bucketSeconds` that has this time. */
const startOf = (sql: Sql, time: string, { bucketSeconds }: Span) =>
  sql`date_bin(make_interval(secs => ${bucketSeconds}), ${sql.unsafe(time)}, '2000-01-01T00:00:00Z'::timestamptz)`;

/** SQL: when the oldest stretch begins. */
const firstOf = (sql: Sql, span: Span) =>
  sql`${startOf(sql, "now()", span)} - make_interval(secs => ${span.bucketSeconds * (span.buckets - 1)})`;

const selectCounts = (sql: Sql, reach: AlertReach, span: Span) => sql<CountRow[]>`
  select ${sql.unsafe(exactTime("stretch.at"))} as at, found.severity, found.kind,
    coalesce(found.opened, 0)::int as opened, coalesce(found.unresolved, 0)::int as unresolved
  from generate_series(
    ${firstOf(sql, span)}, ${startOf(sql, "now()", span)}, make_interval(secs => ${span.bucketSeconds})
  ) as stretch (at)
  left join (
    select ${startOf(sql, "alert.opened_at", span)} as at, alert.severity, alert.kind, count(*) as opened,
      count(*) filter (where alert.status <> 'resolved') as unresolved
    from alerts alert
    where ${isWithinReach(sql, reach)} and alert.opened_at >= ${firstOf(sql, span)}
    group by 1, 2, 3
  ) found using (at)
  order by stretch.at`;

/** Of the newest alerts of the window: the median of more says the same, and takes longer. */
async function selectMedians(sql: Sql, reach: AlertReach, span: Span) {
  const [row] = await sql<{ acknowledge: number | null; resolve: number | null }[]>`
    select
      percentile_cont(0.5) within group (
        order by extract(epoch from newest.acknowledged_at - newest.opened_at)::float8
      ) as acknowledge,
      percentile_cont(0.5) within group (
        order by extract(epoch from newest.resolved_at - newest.opened_at)::float8
      ) as resolve
    from (
      select alert.opened_at, alert.acknowledged_at, alert.resolved_at from alerts alert
      where ${isWithinReach(sql, reach)} and alert.opened_at >= ${firstOf(sql, span)}
        and (alert.acknowledged_at is not null or alert.resolved_at is not null)
      order by alert.opened_at desc
      limit ${mostMeasured}
    ) newest`;
  return row;
}
