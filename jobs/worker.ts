import { EventEmitter } from "node:events";
import { Logger, parseCronItems, type Runner, run, type WorkerEvents } from "graphile-worker";
import pg from "pg";
import type { AlertMetrics } from "#app/domain/alerts/alert-metrics.ts";
import type { NoticeServices } from "#app/domain/alerts/channels/notice-services.server.ts";
import type { TrailServices } from "#app/domain/integrity/trail-services.ts";
import type { MailServices } from "#app/domain/mail/mail-services.server.ts";
import type { PushServices } from "#app/domain/messaging/push/push-services.server.ts";
import type { JobMetrics } from "#app/domain/platform/job-metrics.ts";
import type { Database } from "#db/database.ts";
import type { Log } from "#db/log.ts";
import { jobs, type RunnerName, runnerNames } from "./catalog.ts";
import { cronItems } from "./crontab.ts";
import { type Heartbeat, type LostJob, startHeartbeat } from "./heartbeat.ts";
import { recordFailedJob } from "./record-failed-job.ts";
import { type Handlers, handlers, taskListFor } from "./task-list.ts";

export interface StartWorkerOptions {
  /** The system login: its own connections, so that jobs and requests do not wait for each other. */
  systemUrl: string;
  db: Database;
  log: Log;
  push: PushServices;
  trail: TrailServices;
  metrics?: JobMetrics;
  alertMetrics?: AlertMetrics;
  mail: MailServices;
  notices: NoticeServices;
  /** Others in tests. */
  handlers?: Handlers;
  heartbeatMs?: number;
  deadAfterMs?: number;
  /** How often a runner looks by itself; a new job wakes it within milliseconds. */
  pollMs?: number;
}

export interface WorkerStatus {
  /** All runners run, and the database heard of it lately. */
  healthy: boolean;
  runners: Record<RunnerName, "running" | "restarting" | "stopped">;
  /** Since the last heartbeat that reached the database; null before the first. */
  lastBeatMs: number | null;
}

export interface Worker {
  stop(): Promise<void>;
  status(): WorkerStatus;
}

const concurrency: Record<RunnerName, number> = {
  deliveries: 4,
  alerts: 2,
  maintenance: 1,
  trail: 3,
  // They wait for others' servers, up to 15 s each; a tenant has four at most.
  pushes: 32,
  // The same, up to 10 s each, and mail servers.
  notices: 24,
};
/** A job has a connection of the runner's only while it is fetched and when it is done. */
const connections: Record<RunnerName, number> = { ...concurrency, pushes: 4, notices: 4 };
// The crontab needs one home; its jobs run in the runner that their catalogue entry names.
const CRON_RUNNER: RunnerName = "maintenance";
const MAX_RESTART_DELAY_MS = 5_000;

/**
 * Runs the jobs: a runner each for deliveries, alerts, maintenance, the trail, pushes and notices, so that
 * slow work never delays urgent work. A runner that gives up (the database was away) is started again; what a
 * killed worker held is freed within a minute by the others or by its successor.
 */
export async function startWorker(options: StartWorkerOptions): Promise<Worker> {
  const {
    systemUrl,
    db,
    log,
    push,
    trail,
    metrics,
    alertMetrics,
    mail,
    notices,
    heartbeatMs = 5_000,
    deadAfterMs = 30_000,
    pollMs = 2_000,
  } = options;
  const pool = new pg.Pool({
    connectionString: systemUrl,
    // A listener per runner, connections for the jobs' bookkeeping, the heartbeat.
    max: runnerNames.length + Object.values(connections).reduce((sum, each) => sum + each) + 1,
    connectionTimeoutMillis: 5_000,
    application_name: "signalbox worker",
  });
  // Without handlers a lost connection ends the process; pg replaces it, and graphile-worker retries.
  pool.on("error", (error) => log.warn({ err: error }, "An idle connection of the worker was lost"));
  pool.on("connect", (client) => {
    client.on("error", (error) => log.warn({ err: error }, "A connection of the worker was lost"));
  });

  const heartbeat = startHeartbeat({
    pool,
    log,
    intervalMs: heartbeatMs,
    deadAfterMs,
    onLost: async (lost) => {
      for (const job of lost) {
        if (Object.hasOwn(jobs, job.task))
          metrics?.ran({ task: job.task, outcome: "failed", durationMs: undefined });
        await recordFailedJob(db, log, job, new Error("The worker died in the last attempt."));
      }
    },
  });
  const runners = runnerNames.map((name) =>
    superviseRunner(name, {
      ...{ pool, db, log, push, mail, notices, trail, metrics, alertMetrics, pollMs, heartbeat },
      handlers: options.handlers ?? handlers,
    }),
  );
  try {
    await Promise.all(runners.map((runner) => runner.started));
  } catch (error) {
    await Promise.allSettled(runners.map((runner) => runner.stop()));
    await heartbeat.stop();
    await pool.end();
    throw error;
  }

  let stopping: Promise<void> | undefined;
  return {
    stop() {
      stopping ??= (async () => {
        await Promise.all(runners.map((runner) => runner.stop()));
        await heartbeat.stop();
        await pool.end();
      })();
      return stopping;
    },
    status() {
      const beat = heartbeat.lastBeatAt();
      const lastBeatMs = beat === undefined ? null : Math.round(performance.now() - beat);
      const states = Object.fromEntries(
        runners.map(({ name, state }) => [name, state()]),
      ) as WorkerStatus["runners"];
      const running = Object.values(states).every((state) => state === "running");
      return {
        healthy: running && lastBeatMs !== null && lastBeatMs < deadAfterMs,
        runners: states,
        lastBeatMs,
      };
    },
  };
}

interface RunnerSetting {
  pool: pg.Pool;
  db: Database;
  log: Log;
  push: PushServices;
  trail: TrailServices;
  metrics: JobMetrics | undefined;
  alertMetrics: AlertMetrics | undefined;
  mail: MailServices;
  notices: NoticeServices;
  pollMs: number;
  heartbeat: Heartbeat;
  handlers: Handlers;
}

/** Keeps one graphile-worker runner going until it is told to stop. */
function superviseRunner(name: RunnerName, setting: RunnerSetting) {
  const { pool, db, log, push, mail, notices, trail, metrics, alertMetrics, pollMs, heartbeat } = setting;
  let state: "running" | "restarting" | "stopped" = "restarting";
  let stopping = false;
  let current: Runner | undefined;
  let wake: (() => void) | undefined;

  const runOnce = async (onStarted: () => void): Promise<void> => {
    const events: WorkerEvents = new EventEmitter();
    let workerId: string | undefined;
    events.on("pool:create", ({ workerPool }) => {
      workerId = workerPool.id;
    });
    events.on("job:failed", ({ job, error }) => {
      const lost: LostJob = {
        id: job.id,
        task: job.task_identifier,
        attempts: job.attempts,
        payload: job.payload,
      };
      void recordFailedJob(db, log, lost, error);
    });
    events.on("job:error", ({ job, error }) => {
      log.warn({ err: error, job: job.id, task: job.task_identifier, attempt: job.attempts }, "A job failed");
    });
    const runner = await run({
      pgPool: pool,
      concurrency: concurrency[name],
      pollInterval: pollMs,
      // The server stops everything in its order; graphile-worker would end the process itself.
      noHandleSignals: true,
      taskList: taskListFor(
        name,
        { db, log, push, mail, notices, trail, alertMetrics },
        setting.handlers,
        metrics,
      ),
      parsedCronItems: name === CRON_RUNNER ? parseCronItems(cronItems) : [],
      logger: workerLogger(name, log),
      events,
    });
    current = runner;
    // Settles when the runner ends; looked at below, and never left unhandled meanwhile.
    const ended = runner.promise.catch((error: unknown) => {
      if (!stopping) log.error({ err: error, runner: name }, "A job runner ended with an error");
    });
    try {
      if (workerId !== undefined) await heartbeat.add(workerId, name);
      if (stopping) await runner.stop();
      state = "running";
      onStarted();
      await ended;
    } finally {
      current = undefined;
      if (workerId !== undefined)
        await heartbeat.remove(workerId).catch((error: unknown) => {
          log.debug({ err: error, workerId }, "A heartbeat was left to expire");
        });
    }
  };

  let resolveStarted: () => void = () => {};
  let rejectStarted: (error: unknown) => void = () => {};
  const started = new Promise<void>((resolve, reject) => {
    resolveStarted = resolve;
    rejectStarted = reject;
  });
  const done = (async () => {
    for (let attempt = 0; !stopping; attempt++) {
      try {
        await runOnce(() => {
          attempt = 0;
          resolveStarted();
        });
        if (!stopping) log.warn({ runner: name }, "A job runner ended; starting it again");
      } catch (error) {
        log.error({ err: error, runner: name }, "A job runner could not run");
        // Before anything worked it is the caller's to decide; afterwards we heal by ourselves.
        rejectStarted(error);
      }
      state = "restarting";
      if (stopping) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(MAX_RESTART_DELAY_MS, 250 * 2 ** attempt));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    state = "stopped";
  })();

  return {
    name,
    started,
    state: () => state,
    async stop() {
      stopping = true;
      wake?.();
      await current
        ?.stop()
        .catch((error: unknown) => log.debug({ err: error }, "The runner had stopped already"));
      await done;
    },
  };
}

const workerLogger = (runner: RunnerName, log: Log): Logger =>
  new Logger(() => (level, message, meta) => {
    const fields = { runner, ...(meta?.error === undefined ? {} : { err: meta.error }) };
    // Its "info" is one line per job.
    if (level === "error") log.error(fields, message);
    // Fewer connections than jobs is meant (`connections`).
    else if (level === "warning" && !message.includes("maxPoolSize")) log.warn(fields, message);
    else log.debug(fields, message);
  });
