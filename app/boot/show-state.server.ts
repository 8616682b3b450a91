import type { AuditTail } from "#app/domain/audit/tail-audit-events.server.ts";
import { readTrailLags } from "#app/domain/integrity/read-lags.server.ts";
import type { PooledDatabase } from "#db/client.server.ts";
import type { Metrics } from "../http/metrics.server.ts";
import type { Runtime } from "../runtime.ts";

/** What keeps the audit trail, read from the database when somebody asks; nothing is shown while it is away. */
export function showTrail(metrics: Metrics, { db, log }: Runtime): void {
  const orNothing = async (read: () => Promise<Record<string, number>>) => {
    try {
      return await read();
    } catch (error) {
      log.warn({ err: error }, "The audit trail's figures could not be read");
      return {};
    }
  };
  metrics.labelledGauge(
    "signalbox_audit_lag_seconds",
    "Age of the oldest event that is not sealed, by how much archiving is overdue, and since retention last ran to its end.",
    "of",
    () =>
      orNothing(async () => {
        const { sealLagSeconds, retentionLagSeconds, retentionAgeSeconds } = await readTrailLags(db);
        const age: Record<string, number> =
          retentionAgeSeconds === null ? {} : { retention_run: retentionAgeSeconds };
        return { seal: sealLagSeconds, retention: retentionLagSeconds, ...age };
      }),
  );
  metrics.labelledGauge(
    "signalbox_audit_retention_recent",
    "What retention did in the last 30 days, and chains whose newest seal could not be kept outside.",
    "figure",
    () =>
      orNothing(async () => {
        const { archivedEvents, archivedBytes, deletedEvents, retentionErrors, unanchoredChains } =
          await readTrailLags(db);
        return {
          archived_events: archivedEvents,
          archived_bytes: archivedBytes,
          deleted_events: deletedEvents,
          errors: retentionErrors,
          unanchored_chains: unanchoredChains,
        };
      }),
  );
}

/** What this process is at. */
export function showState(
  metrics: Metrics,
  { sender, usage, tools, live, asking }: Runtime,
  db: PooledDatabase,
): void {
  metrics.gauge(
    "signalbox_asks_waiting",
    "Questions to agents that wait here for their answers.",
    () => asking.stats().waiting,
  );
  metrics.labelledCounter(
    "signalbox_asks_ended_total",
    "Questions to agents that have ended here.",
    "outcome",
    () => asking.stats().ended,
  );
  metrics.gauge("signalbox_streams_open", "Live streams that are open.", () => live.stats().streams);
  metrics.gauge(
    "signalbox_web_streams_open",
    "Those of them that the web app has open: one for all of a person's tabs.",
    () => live.stats().webStreams,
  );
  metrics.labelledCounter(
    "signalbox_streams_ended_total",
    "Live streams that were ended: the client took nothing (stalled), or its credential does not hold any more.",
    "reason",
    () => ({ stalled: live.stats().cutOff, credential: live.stats().revoked }),
  );
  metrics.gauge("signalbox_sends_queued", "Sends that wait for their commit or are in it.", () =>
    sender.queued(),
  );
  metrics.gauge(
    "signalbox_send_lanes_busy",
    "Lanes of group commit with a commit in flight.",
    () => sender.lanes().filter(({ isBusy }) => isBusy).length,
  );
  metrics.labelledGauge(
    "signalbox_send_lane_queued",
    "Sends that wait in a lane for its commit in flight.",
    "lane",
    () => Object.fromEntries(sender.lanes().map(({ queued }, lane) => [lane, queued])),
  );
  metrics.gauge("signalbox_usage_queued", "Usage events that wait for their commit or are in it.", () =>
    usage.queued(),
  );
  metrics.gauge("signalbox_tool_checks_queued", "Tool calls that wait to be decided and recorded.", () =>
    tools.queued(),
  );
  metrics.gauge(
    "signalbox_database_away",
    "1 while requests are refused because the database is away.",
    () => (db.stats().away ? 1 : 0),
  );
}

/** Who follows the audit trail, and how far they are behind. */
export function showTail(metrics: Metrics, { activity }: Runtime, tail: AuditTail): void {
  metrics.gauge(
    "signalbox_activity_streams_open",
    "Streams of the audit trail that are open.",
    () => activity.stats().streams,
  );
  metrics.gauge(
    "signalbox_audit_tail_held_seconds",
    "How long readers of the audit trail have been held back by a transaction in progress.",
    () => (tail.stats().heldSinceMs ?? 0) / 1_000,
  );
}
