import {
  type ActivityCursor,
  comparePlaces,
  encodeActivityCursor,
} from "#app/domain/audit/activity-place.ts";
import { resetOf } from "#app/domain/audit/read-activity.server.ts";
import { readHorizon, readTail } from "#app/domain/audit/read-tail.server.ts";
import type { AuditTail, TailBatch } from "#app/domain/audit/tail-audit-events.server.ts";
import type { CredentialRef } from "#app/domain/auth/credentials.server.ts";
import { recheckCredentials } from "#app/domain/auth/recheck-credentials.server.ts";
import { AppError } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import { ActivityFrame, ActivityStream } from "./activity-stream.ts";
import type { Subscription } from "./live-hub.server.ts";
import type { Sink } from "./live-stream.ts";
import type { ByeData } from "./schema.ts";
import { Wheel } from "./wheel.ts";

export interface ActivityPeriods {
  /** How often the one timer of all streams runs. */
  tickMs: number;
  heartbeatMs: number;
  /** How soon a credential that no longer holds is found. */
  recheckMs: number;
  /** A client that takes nothing for this long is cut off; it resumes by its cursor. */
  stalledMs: number;
}

export interface ActivityHubOptions {
  db: Database;
  tail: AuditTail;
  log: { warn(fields: object, message: string): void };
  periods?: Partial<ActivityPeriods>;
  maxStreams?: number;
  /** How far apart the clients of a stopping process are asked to come back. */
  byeSpreadMs?: number;
  /** Milliseconds that only go forward. */
  nowMs?(): number;
  /** Milliseconds since 1970, for tokens that end. */
  dateMs?(): number;
}

/** Where a reader wants to begin: after a cursor, at the end, or with a cursor that was none. */
export type ActivityStart = ActivityCursor | "end" | "unknown";

export interface SubscribeToActivity {
  tenantId: TenantId;
  credential: CredentialRef;
  startAt: ActivityStart;
  sink: Sink;
}

/** The activity streams of this process: one tail of the audit trail under all of them. */
export interface ActivityHub {
  /** Throws `shutting_down` or `overloaded` when no more streams are taken. */
  assertOpen(): void;
  subscribe(options: SubscribeToActivity): Subscription;
  /** Says `bye` to all streams and takes no more. */
  drain(): void;
  stats(): { streams: number; live: number; reads: number; cutOff: number };
  close(): void;
}

const defaultPeriods: ActivityPeriods = {
  tickMs: 250,
  heartbeatMs: 15_000,
  recheckMs: 4_000,
  stalledMs: 30_000,
};

/** Events that are read at once for a stream that catches up. */
const pageSize = 200;
const retryMs = 500;

export function createActivityHub(options: ActivityHubOptions): ActivityHub {
  const {
    db,
    tail,
    log,
    maxStreams = 10_000,
    byeSpreadMs = 5_000,
    nowMs = () => performance.now(),
    dateMs = Date.now,
  } = options;
  const periods = { ...defaultPeriods, ...options.periods };
  const streams = new Set<ActivityStream>();
  const beats = new Wheel<ActivityStream>(periods.heartbeatMs / periods.tickMs);
  let timer: NodeJS.Timeout | undefined;
  let stopTail: (() => void) | undefined;
  let isDraining = false;
  let checkedAtMs = 0;
  let isChecking = false;
  let reads = 0;
  let cutOffs = 0;

  function assertOpen(): void {
    if (isDraining) throw new AppError("shutting_down", "The server is stopping.", { retryAfterSeconds: 1 });
    if (streams.size >= maxStreams)
      throw new AppError("overloaded", "This server has as many streams as it takes.", {
        retryAfterSeconds: 5,
      });
  }

  function subscribe({ tenantId, credential, startAt, sink }: SubscribeToActivity): Subscription {
    const stream = new ActivityStream(tenantId, credential, sink, nowMs);
    if (isDraining) {
      stream.end(farewell());
      return { drained() {}, closed() {} };
    }
    streams.add(stream);
    beats.add(stream);
    stopTail ??= tail.subscribe(fanOut);
    timer ??= setInterval(tick, periods.tickMs).unref();
    void catchUp(stream, tenantId, startAt);
    return {
      drained() {
        stream.drained();
        if (stream.phase === "behind") void catchUp(stream, tenantId, startAt);
      },
      closed: () => remove(stream),
    };
  }

  /** To those who have everything up to the tail's head goes what follows it. */
  function fanOut({ events, through, cluster }: TailBatch): void {
    const frames = new Map<string, ActivityFrame[]>();
    for (const event of events) {
      const frame = new ActivityFrame(event, cluster);
      const ofTenant = frames.get(frame.tenantId);
      if (ofTenant === undefined) frames.set(frame.tenantId, [frame]);
      else ofTenant.push(frame);
    }
    for (const stream of streams) {
      if (stream.phase !== "live") continue;
      stream.send(frames.get(stream.tenantId) ?? [], through);
      if (stream.isBlocked) stream.phase = "behind";
    }
  }

  /**
   * Reads for one stream until it is at the tail's head. The comparison that makes it live and the next
   * fan-out both run without waiting, so nothing can slip between them.
   */
  async function catchUp(stream: ActivityStream, tenantId: TenantId, startAt: ActivityStart): Promise<void> {
    if (stream.isReading) return;
    stream.isReading = true;
    while (!stream.isClosed && !stream.isBlocked && stream.phase !== "live") {
      try {
        await tail.ready();
        if (stream.phase === "opening") await open(stream, tenantId, startAt);
        else await readOn(stream, tenantId);
        const { head } = tail;
        if (head === undefined || stream.place === undefined || stream.isBlocked) continue;
        if (comparePlaces(stream.place, head) >= 0) stream.phase = "live";
      } catch (error) {
        log.warn({ err: error }, "a stream of activity could not be read on; trying again");
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref());
      }
    }
    stream.isReading = false;
  }

  async function open(stream: ActivityStream, tenantId: TenantId, startAt: ActivityStart): Promise<void> {
    reads += 1;
    const horizon = await db.asTenantSql(tenantId, readHorizon, { readOnly: true });
    const { place, cluster } = horizon;
    const end = encodeActivityCursor({ ...place, cluster });
    const given = typeof startAt === "string" ? undefined : startAt;
    const reset = startAt === "unknown" ? "unknown" : given && resetOf(given, horizon);
    stream.phase = "behind";
    stream.place = given === undefined || reset !== null ? place : given;
    stream.sendReady(encodeActivityCursor({ ...stream.place, cluster }));
    if (reset) stream.sendReset(reset, end);
  }

  async function readOn(stream: ActivityStream, tenantId: TenantId): Promise<void> {
    const after = stream.place;
    if (after === undefined) return;
    reads += 1;
    const page = await db.asTenantSql(
      tenantId,
      (sql) => readTail(sql, { after, limit: pageSize, tenantId }),
      { readOnly: true },
    );
    const frames = page.events.map((event) => new ActivityFrame(event, page.horizon.cluster));
    stream.send(frames, page.through);
  }

  function remove(stream: ActivityStream): void {
    stream.isClosed = true;
    if (!streams.delete(stream)) return;
    beats.delete(stream);
    if (streams.size > 0) return;
    clearInterval(timer);
    timer = undefined;
    stopTail?.();
    stopTail = undefined;
  }

  function tick(): void {
    for (const stream of beats.turn()) stream.beat();
    const now = nowMs();
    for (const stream of streams) {
      if (!stream.isBlocked || now - stream.blockedSinceMs < periods.stalledMs) continue;
      cutOffs += 1;
      stream.cutOff();
      remove(stream);
    }
    if (isChecking || now - checkedAtMs < periods.recheckMs) return;
    checkedAtMs = now;
    isChecking = true;
    endInvalid()
      // Streams stay open while the database is away: there is nothing that they could be sent either.
      .catch((error: unknown) =>
        log.warn({ err: error }, "the credentials of open streams could not be checked"),
      )
      .finally(() => {
        isChecking = false;
      });
  }

  /** Ends the streams whose credential holds no more, or has lost the right. */
  async function endInvalid(): Promise<void> {
    const byId = new Map([...streams].map(({ credential }) => [credential.id, credential] as const));
    const asked = [...byId.keys()];
    const rights = await recheckCredentials(db, [...byId.values()]);
    const valid = new Set(asked.filter((_, n) => rights[n]?.has("activity:read")));
    const nowDateMs = dateMs();
    for (const stream of [...streams]) {
      const { id, tokenExpiresAtMs = Number.POSITIVE_INFINITY } = stream.credential;
      if (!valid.has(id)) endStream(stream, { reason: "credential", retryMs: null });
      else if (tokenExpiresAtMs <= nowDateMs) endStream(stream, { reason: "token", retryMs: null });
    }
  }

  function endStream(stream: ActivityStream, bye: ByeData): void {
    stream.end(bye);
    remove(stream);
  }

  const farewell = (): ByeData => ({
    reason: "draining",
    retryMs: Math.round(500 + Math.random() * byeSpreadMs),
  });

  function drain(): void {
    isDraining = true;
    for (const stream of [...streams]) endStream(stream, farewell());
  }

  return {
    assertOpen,
    subscribe,
    drain,
    stats: () => ({
      streams: streams.size,
      live: [...streams].filter(({ phase }) => phase === "live").length,
      reads,
      cutOff: cutOffs,
    }),
    close: drain,
  };
}
