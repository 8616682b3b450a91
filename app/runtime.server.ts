import { join } from "node:path";
import type { Logger } from "pino";
import { unsafeCountPendingTellings } from "#app/domain/alerts/channels/count-pending-tellings.server.ts";
import { noticeTimeoutMs } from "#app/domain/alerts/channels/notice-services.server.ts";
import { createAlertEvaluator } from "#app/domain/alerts/evaluator.server.ts";
import { meterBy } from "#app/domain/asking/meter-answer.server.ts";
import { createWaitingRoom } from "#app/domain/asking/waiting-room.server.ts";
import { countWrittenEvents } from "#app/domain/audit/count-written-events.server.ts";
import type { RepeatedEvents } from "#app/domain/audit/repeated-events.server.ts";
import { createAuditTail } from "#app/domain/audit/tail-audit-events.server.ts";
import { createUnrecordedEvents } from "#app/domain/audit/unrecorded-events.server.ts";
import { createAccessTokens } from "#app/domain/auth/access-tokens.server.ts";
import { createCredentials } from "#app/domain/auth/credentials.server.ts";
import { createHeldAttempts } from "#app/domain/auth/held-attempts.server.ts";
import { createKeyRing } from "#app/domain/auth/key-ring.server.ts";
import { createKeyedDigest } from "#app/domain/auth/keyed-digest.server.ts";
import { createProbeWatch } from "#app/domain/auth/probes/probe-watch.server.ts";
import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import { type LocateAddress, openLocations } from "#app/domain/auth/sign-in-location.server.ts";
import { createFolderStore } from "#app/domain/integrity/store/folder-store.server.ts";
import { createS3Store } from "#app/domain/integrity/store/s3-store.server.ts";
import { createRateLimits } from "#app/domain/limits/rate-limits.server.ts";
import { createActivityHub } from "#app/domain/live/activity-hub.server.ts";
import { createLiveHub } from "#app/domain/live/live-hub.server.ts";
import { createPostgresWakeBus, type WakeBus } from "#app/domain/live/wake-bus.server.ts";
import { createMailer } from "#app/domain/mail/create-mailer.server.ts";
import { createLinkTokens } from "#app/domain/mail/link-tokens.server.ts";
import { createMessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { createTrafficCounter } from "#app/domain/messaging/overview-traffic.server.ts";
import { createRollUpWaker } from "#app/domain/messaging/statistics/schedule-roll-up.server.ts";
import type { AllowEntry } from "#app/domain/outbound/allow-list.ts";
import { createOutboundClient } from "#app/domain/outbound/outbound-client.server.ts";
import { createInstanceBeat } from "#app/domain/platform/instance-beat.server.ts";
import { readQueues } from "#app/domain/platform/read-queues.server.ts";
import { createToolGate } from "#app/domain/tools/tool-gate.server.ts";
import { unsafeReadServiceFigures } from "#app/domain/usage/reading/read-service-figures.server.ts";
import { createUsageRecorder } from "#app/domain/usage/usage-recorder.server.ts";
import { createDatabase, type PooledDatabase } from "#db/client.server.ts";
import { toUuid } from "#db/ids.ts";
import { newestMigration } from "#db/migrations-folder.server.ts";
import type { RuntimeUrls } from "#db/roles.server.ts";
import { describeInstance, reportInstance } from "./boot/instance.server.ts";
import { memoryBoundBytes } from "./boot/memory-bound.ts";
import { showState, showTail, showTrail } from "./boot/show-state.server.ts";
import { type Env, EnvError } from "./env.server.ts";
import { countMails } from "./http/count-mails.server.ts";
import { createHealth } from "./http/health.server.ts";
import { createMetrics, type Metrics } from "./http/metrics.server.ts";
import { readSometimes } from "./http/read-sometimes.server.ts";
import { createServiceMetrics } from "./http/service-metrics.server.ts";
import { createSharedMetrics } from "./http/shared-metrics.server.ts";
import type { Runtime } from "./runtime.ts";

/** They are counted anew at most so often, however often somebody scrapes. */
const serviceFiguresFreshMs = 15_000;

export interface CreateRuntimeOptions {
  env: Env;
  log: Logger;
  /** The two logins that the runtime connects with. */
  urls: RuntimeUrls;
  /** What may be called beside what the environment says: the demo's own receiver. */
  outboundAllow?: readonly AllowEntry[] | undefined;
}

export interface OwnedRuntime {
  runtime: Runtime;
  /** Finishes what was accepted, then lets go of every connection and timer. */
  close(): Promise<void>;
}

/** The composition root: makes everything of the process that has state, and ties it together. */
export async function createRuntime({
  env,
  log,
  urls,
  outboundAllow = [],
}: CreateRuntimeOptions): Promise<OwnedRuntime> {
  // First: where the file is no good, nothing has been opened yet.
  const locate = env.geoipPath === undefined ? undefined : await openGeoip(env.geoipPath);
  const counted = createMetrics();
  let unrecorded: Pick<RepeatedEvents<undefined>, "note"> | undefined;
  const metrics: Metrics = {
    ...counted,
    auditFailures: {
      inc() {
        counted.auditFailures.inc();
        unrecorded?.note(undefined);
      },
    },
  };
  let published: Pick<WakeBus, "publishActivity"> | undefined;
  const db = createDatabase({
    ...urls,
    onCommit: () => published?.publishActivity(),
    poolSize: env.database.poolSize,
    log,
    onWait: metrics.databaseWait,
  });
  const bus = createPostgresWakeBus({ db, log, onLag: metrics.wakeLag });
  published = bus;
  const lateEvents = createUnrecordedEvents({ db, log });
  unrecorded = lateEvents;
  const credentials = createCredentials({ db, log });
  const secrets = createSecretBox(env.secretKey, env.previousSecretKeys);
  const keys = createKeyRing({ db, secrets, log });
  const tokens = createAccessTokens({ keys, origin: env.http.origin });
  const probes = createProbeWatch({ db, secretKey: env.secretKey, log, metrics: metrics.probes });
  const digest = createKeyedDigest(env.secretKey, env.previousSecretKeys);
  const heldAttempts = createHeldAttempts({ db, log, metrics });
  const limits = createRateLimits({ db, log, metrics, digest, settings: env.limits });
  const tail = createAuditTail({ db, log });
  const live = createLiveHub({ db, bus, tail, log });
  const activity = createActivityHub({ db, tail, log });
  const alerts = createAlertEvaluator({
    ...{ db, log, metrics: metrics.alerts },
    onChanged: (tenantIds) => bus.publishAlerts(Array.from(tenantIds, toUuid)),
  });
  bus.subscribe({
    ...{ onWakes() {}, onDeliveries() {}, onHints() {}, onGap() {} },
    onActivity() {
      tail.wake();
      alerts.wake();
    },
  });
  const rollUps = createRollUpWaker({ db, log });
  const sender = createMessageSender({
    db,
    log,
    metrics: metrics.sends,
    auditFailures: metrics.auditFailures,
    onCommitted(wakes, conversations) {
      bus.publish(wakes, conversations);
      rollUps.wake();
    },
  });
  const usage = createUsageRecorder({ db, log, metrics: metrics.usage });
  const tools = createToolGate({ db, log });
  const meter = meterBy(usage, log);
  const asking = createWaitingRoom({ db, bus, log, meter });
  const health = createHealth();
  health.watch("database", async () => {
    await db.withSql((sql) => sql`select 1`, { readOnly: true });
  });
  health.watch("migrations", () => assertMigrated(db));
  const traffic = createTrafficCounter();
  const allow = [...env.outbound.allow, ...outboundAllow];
  const push = { outbound: createOutboundClient({ allow }), secrets };
  const { origin } = env.http;
  const mail = {
    mailer: countMails(createMailer({ ...env.mail, origin, log }), metrics.mail),
    linkTokens: createLinkTokens(env.secretKey, env.previousSecretKeys),
    origin,
  };
  const notices = {
    ...{ secrets, mailer: mail.mailer, origin, pagerDutyUrl: env.pagerDutyUrl },
    outbound: createOutboundClient({ allow, timeoutMs: noticeTimeoutMs }),
    onTold: metrics.told,
  };
  const { s3 } = env.archive;
  const store = s3 ? createS3Store(s3) : createFolderStore(join(env.dataDir, "archive"));
  const trail = { secrets, store };
  const facts = describeInstance(env.role);
  const memoryBound = memoryBoundBytes(env.memoryBoundMib);
  const instance = {
    facts,
    report: () => reportInstance({ live, sender, metrics }, { db, memoryBoundBytes: memoryBound }),
  };
  const runtime: Runtime = {
    ...{
      env,
      log,
      db,
      credentials,
      tokens,
      digest,
      probes,
      limits,
      sender,
      usage,
      live,
      activity,
      bus,
      push,
      mail,
    },
    ...{ asking, meter, tools, locate },
    ...{ trail, traffic, metrics, health, instance, heldAttempts },
    notices,
  };
  showState(metrics, runtime, db);
  showTrail(metrics, runtime);
  showTail(metrics, runtime, tail);
  createSharedMetrics({
    registry: metrics.registry,
    read: async () => ({
      queues: await readQueues(db),
      auditEvents: await countWrittenEvents(db),
      pendingTellings: await unsafeCountPendingTellings(db),
    }),
    log,
  });
  createServiceMetrics({
    registry: metrics.registry,
    read: readSometimes(
      () => unsafeReadServiceFigures(db),
      serviceFiguresFreshMs,
      (error) => log.warn({ err: error }, "The figures of runs could not be read"),
    ),
  });
  const beat = createInstanceBeat({ db, log, ...instance });
  await bus.start();
  // The first start makes the key: better now than in somebody's first sign-in.
  await keys.current();
  beat.start();
  alerts.start();
  return {
    runtime,
    async close() {
      await beat.close();
      await asking.close();
      // Senders first: what they commit still has to be published and recorded.
      await Promise.all([sender.close(), usage.close(), tools.close()]);
      await rollUps.close();
      live.close();
      activity.close();
      await alerts.close();
      await tail.close();
      await bus.close();
      await probes.close();
      await limits.close();
      await heldAttempts.close();
      await lateEvents.close();
      await credentials.close();
      await db.close();
    },
  };
}

async function openGeoip(path: string): Promise<LocateAddress> {
  try {
    return await openLocations(path);
  } catch (error) {
    throw new EnvError(`GEOIP_DB ${path} ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
}

/** A server of a newer version may have migrated further; less than what this one knows is not enough. */
async function assertMigrated(db: PooledDatabase): Promise<void> {
  const known = newestMigration();
  const [row] = await db.withSql(
    (sql) =>
      sql<{ newest: string | null }[]>`select max(created_at) as newest from drizzle.__drizzle_migrations`,
    { readOnly: true },
  );
  if (Number(row?.newest ?? 0) < known.when) throw new Error(`the migration ${known.tag} has not run`);
}
