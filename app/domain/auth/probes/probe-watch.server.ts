import { createHmac } from "node:crypto";
import type { Database } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import type { Actor } from "../actor.ts";
import { type AskedId, unsafeFindOwners } from "./find-owners.server.ts";
import { type ProbedId, prefixOf, probedKinds } from "./probed-id.ts";
import { type ProbeRun, recordProbes } from "./record-probes.server.ts";

/** Counts what the watch does. */
export interface ProbeMetrics {
  /** Ids of other tenants that were asked for. */
  found(kind: string, attempts: number): void;
  /** Ids that were not looked at, since too many waited. */
  dropped(ids: number): void;
}

export interface ProbeWatchOptions {
  db: Database;
  /** Keys the digests that owners are shown in a prober's place. */
  secretKey: string;
  log: { warn(fields: object, message: string): void };
  metrics: ProbeMetrics;
  /** How long ids wait to be looked up together. */
  gatherMs?: number;
  /** A prober's attempts at one tenant and kind within such a stretch are one event at once, and one for the rest at its end. */
  windowMs?: number;
  maxWaiting?: number;
  nowMs?(): number;
}

/**
 * Finds out who asks for other tenants' ids, after they were answered. An answer to such an id is that
 * to one that does not exist; this looks afterwards which of the two it was. One per process.
 */
export interface ProbeWatch {
  /** Remembers ids that an actor asked for and did not get. Waits for nothing and never fails. */
  note(actor: Actor, ids: readonly ProbedId[], route: string): void;
  /** Looks up and records what waits. */
  flush(): Promise<void>;
  /** The same, and records also what would have waited for the end of its stretch. */
  close(): Promise<void>;
}

interface Waiting extends AskedId {
  actor: Actor;
  route: string;
  attempts: number;
}

interface Run extends ProbeRun {
  proberId: string;
  proberTenantId: TenantId;
  startsAtMs: number;
  /** Whether the owner has been told of it, by this instance or another. */
  isTold: boolean;
}

/** Who runs the service looks into every tenant. */
const mayAskForAll = (actor: Actor): boolean =>
  actor.kind === "system" || (actor.kind === "user" && actor.platformAdmin);

const maxLookups = 200;
const maxRuns = 1_000;
const retryMs = 5_000;

export function createProbeWatch(options: ProbeWatchOptions): ProbeWatch {
  const { db, log, metrics } = options;
  const gatherMs = options.gatherMs ?? 500;
  const windowMs = options.windowMs ?? 5 * 60_000;
  const maxWaiting = options.maxWaiting ?? 2_000;
  const nowMs = options.nowMs ?? Date.now;
  const digestKey = `signalbox.prober:${options.secretKey}`;

  const waiting = new Map<string, Waiting>();
  const runs = new Map<string, Run>();
  let timer: NodeJS.Timeout | undefined;
  let dueAtMs = Number.POSITIVE_INFINITY;
  let working: Promise<void> = Promise.resolve();
  let isFailing = false;
  let isClosed = false;

  /** Another for each owner, so that two of them could not find out that it was the same. */
  const digestOf = (actor: Actor, ownerId: TenantId): string =>
    `prober_${createHmac("sha256", digestKey).update(`${ownerId} ${actor.tenantId} ${actor.id}`).digest("base64url").slice(0, 22)}`;

  function wait(one: Waiting): void {
    const key = `${one.tenantId} ${one.actor.id} ${one.id}`;
    const earlier = waiting.get(key);
    if (earlier !== undefined) earlier.attempts += one.attempts;
    else if (waiting.size < maxWaiting) waiting.set(key, one);
    else metrics.dropped(one.attempts);
  }

  function schedule(delayMs: number): void {
    const atMs = performance.now() + delayMs;
    if (atMs >= dueAtMs || isClosed) return;
    clearTimeout(timer);
    dueAtMs = atMs;
    timer = setTimeout(() => void flush(), delayMs).unref();
  }

  function flush(isLast = false): Promise<void> {
    clearTimeout(timer);
    dueAtMs = Number.POSITIVE_INFINITY;
    working = working.then(() => work(isLast));
    return working;
  }

  async function work(isLast: boolean): Promise<void> {
    try {
      while (waiting.size > 0) await lookUp();
      await record(isLast);
      isFailing = false;
    } catch (error) {
      // Nothing is lost yet, and while the database is away each further try would fail the same.
      if (!isFailing) log.warn({ err: error }, "Cross-tenant probes wait to be looked up");
      isFailing = true;
    }
    if (isFailing) schedule(retryMs);
    else if (runs.size > 0) schedule(Math.max(gatherMs, endOfFirst() - nowMs()));
  }

  const endOfFirst = () => Math.min(...[...runs.values()].map(({ startsAtMs }) => startsAtMs + windowMs));

  async function lookUp(): Promise<void> {
    const asked = [...waiting.values()].slice(0, maxLookups);
    for (const key of [...waiting.keys()].slice(0, maxLookups)) waiting.delete(key);
    try {
      const owners = await db.withSql((sql) => unsafeFindOwners(sql, asked), { readOnly: true });
      for (const [n, one] of asked.entries()) for (const ownerId of owners.get(n) ?? []) count(one, ownerId);
    } catch (error) {
      for (const one of asked) wait(one);
      throw error;
    }
  }

  function count({ actor, id, route, attempts }: Waiting, ownerId: TenantId): void {
    const kind = probedKinds[prefixOf(id)];
    const startsAtMs = Math.floor(nowMs() / windowMs) * windowMs;
    const prober = digestOf(actor, ownerId);
    const key = `${ownerId} ${prober} ${kind} ${startsAtMs}`;
    metrics.found(kind, attempts);
    const run = runs.get(key);
    if (run !== undefined) run.attempts += attempts;
    else if (runs.size >= maxRuns) metrics.dropped(attempts);
    else
      runs.set(key, {
        ...{ ownerId, prober, kind, id, route, attempts, startsAtMs, isTold: false },
        ...{ proberId: actor.id, proberTenantId: actor.tenantId },
      });
  }

  /** New runs at once, unless another instance has told of them; what came since, when the stretch is over. */
  async function record(isLast: boolean): Promise<void> {
    const isOver = ({ startsAtMs }: Run) => isLast || startsAtMs + windowMs <= nowMs();
    const all = [...runs.entries()];
    const begun = all.map(([, run]) => run).filter((run) => !run.isTold && !isOver(run));
    const [first] = begun;
    if (first !== undefined) {
      // Those of one call began in the same stretch, or at its very border.
      const told = await db.withSql((sql) => recordProbes(sql, begun, first.startsAtMs));
      settle(told);
      for (const run of begun) run.isTold = true;
    }
    const over = all.filter(([, run]) => isOver(run));
    const left = over.map(([, run]) => run).filter(({ attempts }) => attempts > 0);
    if (left.length > 0) settle(await db.withSql((sql) => recordProbes(sql, left)));
    for (const [key] of over) runs.delete(key);
  }

  /** For who runs the service, who may know whom a digest stands for. */
  function settle(recorded: readonly Run[]): void {
    for (const run of recorded) {
      const { ownerId, prober, proberId, proberTenantId, kind, id, attempts, route } = run;
      log.warn(
        { ownerId, prober, proberId, proberTenantId, kind, id, attempts, route },
        "Another tenant's ids were asked for",
      );
      run.attempts = 0;
    }
  }

  return {
    note(actor, ids, route) {
      if (ids.length === 0 || isClosed || mayAskForAll(actor)) return;
      const { tenantId } = actor;
      const userId = actor.kind === "user" ? actor.id : null;
      for (const id of ids) wait({ id, tenantId, userId, actor, route, attempts: 1 });
      schedule(gatherMs);
    },
    flush: () => flush(),
    async close() {
      await flush(true);
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
