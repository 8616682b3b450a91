import { realpathSync } from "node:fs";
import type { RequestListener } from "node:http";
import { fileURLToPath } from "node:url";
import { type Logger, levels as pinoLevels } from "pino";
import { announce } from "#app/boot/announce.server.ts";
import { createLogger, type OwnedLogger } from "#app/boot/create-logger.server.ts";
import { type LoadedRemix, loadBuild, loadDevelopment } from "#app/boot/load-remix.server.ts";
import { type StartedDatabase, startDatabase } from "#app/boot/start-database.server.ts";
import { setUpDemoAlerts } from "#app/demo/demo-alerts.server.ts";
import { type DemoCredentials, demoCredentialsPath } from "#app/demo/demo-credentials.server.ts";
import { setUpDemoEndpoints } from "#app/demo/demo-endpoints.server.ts";
import { type DemoFleet, startDemoFleet } from "#app/demo/fleet.server.ts";
import { type DemoPool, startDemoPool } from "#app/demo/fleet-pool.server.ts";
import { type FleetReceiver, openFleetReceiver } from "#app/demo/fleet-receiver.server.ts";
import { seedDemo } from "#app/demo/seed-demo.server.ts";
import { createPlatformAdmin } from "#app/domain/auth/create-platform-admin.server.ts";
import { isBusy, isUnavailable } from "#app/domain/database-errors.ts";
import { EnvError, readEnv } from "#app/env.server.ts";
import { type HttpServer, openHttpServer } from "#app/http/node-server.server.ts";
import { createRuntime, type OwnedRuntime } from "#app/runtime.server.ts";
import type { Runtime } from "#app/runtime.ts";
import { isLostTypeQuery } from "#db/client/lost-type-query.ts";
import { startWorker, type Worker, type WorkerStatus } from "#jobs/worker.ts";

export interface StartServerOptions {
  /** The environment to read; the process's own by default. */
  env?: Record<string, string | undefined>;
  log?: Logger;
  /** From the sources, with Vite, instead of the build. */
  development?: boolean;
  /** Off, API routes go through Remix's router like everything else. */
  fastLane?: boolean;
}

export interface RunningServer {
  /** Where to reach it from this machine. */
  origin: string;
  runtime: Runtime;
  demo: DemoCredentials | undefined;
  /** Stops gracefully; the same promise however often it is called. */
  stop(): Promise<void>;
}

/** How long requests in flight may take to finish when the server stops. */
const drainMs = 8_000;

/**
 * Starts everything: the port, the database, the runtime, the worker, the app. When a step fails,
 * those before it are stopped again.
 * @throws EnvError, and whatever the step that failed has thrown.
 */
export async function startServer(options: StartServerOptions = {}): Promise<RunningServer> {
  const env = readEnv(options.env ?? process.env);
  const log = options.log ?? createLogger(env.log.level, env.role).log;
  const parts: Parts = {};
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= stopAll(parts, log);
    return stopping;
  };
  try {
    // The port first: whether it is free should be known before a database is started.
    const http = await openHttpServer(env.http);
    parts.http = http;
    // Asked for any free port (0), only now is it known what people will see.
    env.http.port = http.port;
    if (!env.http.originGiven) env.http.origin = `http://localhost:${http.port}`;

    parts.database = await startDatabase(env, log);
    const { urls } = parts.database;
    // The one place on loopback that may be called without being named in the environment.
    if (env.demo) parts.receiver = await openFleetReceiver();
    const outboundAllow = parts.receiver && [{ host: parts.receiver.host, port: parts.receiver.port }];
    parts.owned = await createRuntime({ env, log, urls, outboundAllow });
    const { runtime } = parts.owned;

    if (env.initAdmin !== undefined) await createPlatformAdmin(runtime.db, env.initAdmin);
    const demo = env.demo ? await seedDemo({ db: runtime.db, dataDir: env.dataDir, log }) : undefined;

    if (env.role !== "web") {
      const worker = await startWorker({
        systemUrl: urls.systemUrl,
        db: runtime.db,
        log,
        push: runtime.push,
        trail: runtime.trail,
        metrics: runtime.metrics.jobs,
        alertMetrics: runtime.metrics.alerts,
        mail: runtime.mail,
        notices: runtime.notices,
      });
      parts.worker = worker;
      runtime.health.watch("worker", () => assertRunning(worker.status()));
    }

    parts.app = options.development
      ? await loadDevelopment(runtime, http.server)
      : await loadBuild(runtime, { fastLane: options.fastLane });
    http.use(env.role === "worker" ? servicePagesOnly(parts.app.listener) : parts.app.listener);

    const origin = `http://${loopbackOf(env.http.host)}:${http.port}`;
    if (demo !== undefined) {
      const { receiver } = parts;
      const { db, push, notices } = runtime;
      if (receiver !== undefined) await setUpDemoAlerts({ db, notices, demo, receiver });
      const agentIds = receiver && (await setUpDemoEndpoints({ db, push, demo, receiver, origin }));
      const pushed = receiver && agentIds && { agentIds, receiver };
      parts.fleet = startDemoFleet({
        ...{ origin, agents: demo.agents, retired: demo.retired, pushed, log },
        ...{ operator: demo.operator, webOrigin: env.http.origin },
        trouble: demo.developer && { forgetful: demo.developer, neighbour: demo.neighbour?.admin },
      });
      if (demo.pool !== undefined)
        parts.pool = startDemoPool({ origin, pool: demo.pool, agents: demo.agents, log });
    }
    return { origin, runtime, demo, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  http?: HttpServer;
  database?: StartedDatabase;
  owned?: OwnedRuntime;
  worker?: Worker;
  app?: LoadedRemix;
  fleet?: DemoFleet;
  pool?: DemoPool;
  receiver?: FleetReceiver;
}

/** From the outside in. A part that fails to stop is logged and does not keep the rest from stopping. */
async function stopAll(parts: Parts, log: Logger): Promise<void> {
  const steps: [string, () => Promise<void> | void | undefined][] = [
    ["readiness", () => parts.owned?.runtime.health.drain()],
    ["demo fleet", () => parts.fleet?.stop()],
    ["demo pool", () => parts.pool?.stop()],
    // Streams never finish by themselves: they are told to go before the rest is waited for.
    ["streams", () => parts.owned?.runtime.live.drain()],
    ["questions", () => parts.owned?.runtime.asking.drain()],
    ["activity streams", () => parts.owned?.runtime.activity.drain()],
    ["requests", () => parts.http?.stop(drainMs)],
    ["app", () => parts.app?.close()],
    ["worker", () => parts.worker?.stop()],
    ["demo receiver", () => parts.receiver?.close()],
    ["runtime", () => parts.owned?.close()],
    ["database", () => parts.database?.stop()],
  ];
  for (const [part, step] of steps) {
    try {
      await step();
    } catch (error) {
      log.error({ err: error, part }, "A part did not stop as it should");
    }
  }
}

function assertRunning({ healthy, runners, lastBeatMs }: WorkerStatus): void {
  if (healthy) return;
  const states = Object.entries(runners).map(([name, state]) => `${name} ${state}`);
  throw new Error(
    `${states.join(", ")}; last heartbeat ${lastBeatMs === null ? "never" : `${lastBeatMs} ms ago`}`,
  );
}

/** A worker process has no pages and no API, only what its operators ask. */
const servicePagesOnly =
  (listener: RequestListener): RequestListener =>
  (incoming, out) => {
    if (/^\/(?:health\/|metrics$)/.test(incoming.url ?? "")) return listener(incoming, out);
    out.writeHead(404).end();
  };

/** An address that this machine reaches itself at, when it listens on all of them. */
function loopbackOf(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

/** How long everything may take to stop before the process ends anyway. */
const stopMs = 20_000;

/**
 * Runs the server as a process: says where it is, and stops with it on SIGTERM or SIGINT.
 * @param sinceMs when starting began, after the process did (a build before it is not the start)
 */
export async function main(sinceMs = 0): Promise<void> {
  const development = process.argv.includes("--dev");
  const logger = loggerOf(process.env);
  const starting = startServer({ env: process.env, log: logger.log, development });
  let isStopping = false;
  const end = (code: number) => {
    logger.flush();
    process.exit(code);
  };
  const shutDown = (reason: string, code: number) => {
    if (isStopping) return end(code === 0 ? 130 : code);
    isStopping = true;
    logger.log.info({ reason }, "Stopping");
    setTimeout(() => {
      logger.log.error("Stopping took too long");
      end(1);
    }, stopMs).unref();
    starting
      .then((server) => server.stop())
      .then(
        () => end(code),
        () => end(1),
      );
  };
  process.on("SIGTERM", () => shutDown("SIGTERM", 0));
  process.on("SIGINT", () => shutDown("SIGINT", 0));
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      if (isLostTypeQuery(error) && (isUnavailable(error) || isBusy(error))) return;
      logger.log.fatal({ err: error }, event);
      shutDown(event, 1);
    });
  }
  try {
    const { demo, runtime } = await starting;
    if (isStopping) return;
    announce(process.stdout, {
      origin: runtime.env.http.origin,
      startedInMs: performance.now() - sinceMs,
      people: demo && [
        { as: "admin", credentials: demo.admin },
        { as: "developer", credentials: demo.developer },
        { as: "member", credentials: demo.operator },
        { as: "platform admin", credentials: demo.platformAdmin },
        // Of a tenant that sees nothing of the first.
        { as: "second tenant’s admin", credentials: demo.neighbour?.admin },
      ],
      mailFolder: runtime.env.mail.smtpUrl === undefined ? runtime.env.mail.folder : undefined,
      credentialsFile: demo === undefined ? undefined : demoCredentialsPath(runtime.env.dataDir),
    });
  } catch (error) {
    if (isStopping) return;
    process.stderr.write(`${sentenceOf(error)}\n`);
    if (!(error instanceof EnvError)) logger.log.fatal({ err: error }, "Signalbox could not start");
    end(1);
  }
}

/**
 * On a terminal nobody asked for a line per request, which would push the address and the
 * credentials out of sight.
 */
function loggerOf(env: NodeJS.ProcessEnv): OwnedLogger {
  const level = env.LOG_LEVEL || (process.stdout.isTTY ? "warn" : "info");
  return createLogger(
    level in pinoLevels.values || level === "silent" ? level : "info",
    env.SIGNALBOX_ROLE || "all",
  );
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return `Signalbox could not start: ${String(error)}`;
  if ("code" in error && error.code === "EADDRINUSE")
    return `Signalbox could not start: the port is in use (${error.message}). Set PORT to another one.`;
  return `Signalbox could not start. ${error.message}`;
}

/** Whether this file was started, rather than imported. */
const isEntry =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isEntry) await main();
