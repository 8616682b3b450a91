import { recheckCredentials } from "#app/domain/auth/recheck-credentials.server.ts";
import type { Scope } from "#app/domain/auth/scopes.ts";
import type { Wake } from "#app/domain/messaging/prepared-send.ts";
import type { Database } from "#db/database.ts";
import type { Channel } from "./channel.ts";
import type { CredentialWatch } from "./credential-watch.ts";
import { findNewest } from "./find-newest.server.ts";
import { findStaleMailboxes } from "./find-stale-mailboxes.server.ts";
import type { HintChannel, HintLeg } from "./hint-board.server.ts";
import type { LiveStream } from "./live-stream.ts";
import { Pump } from "./pump.ts";
import { Wheel } from "./wheel.ts";

export interface SweepPeriods {
  /** How often the one timer of all streams runs. */
  tickMs: number;
  /** A comment on each stream, so that nobody takes a quiet one for a dead one. */
  heartbeatMs: number;
  /** How soon each mailbox and hint topic is looked at although no wake-up came. */
  pollMs: number;
  /** How soon a credential that no longer holds is found. */
  recheckMs: number;
}

export interface SweepsOptions {
  db: Database;
  log: { warn(fields: object, message: string): void };
  periods: SweepPeriods;
  /** Every mailbox that is watched, for looking at all of them at once. */
  channels(): Iterable<Channel>;
  onStale(wakes: readonly Wake[]): void;
  onStaleHints(channels: readonly HintChannel[]): void;
  /** What a credential gives the right to now; undefined when it no longer holds. */
  onRechecked(watch: CredentialWatch, scopes: ReadonlySet<Scope> | undefined): void;
  onTick(): void;
}

/**
 * What is done from time to time for all streams, on one timer that runs only while there is a
 * stream: heartbeats, the safety poll, and the question whether credentials still hold.
 */
export interface Sweeps {
  readonly streams: Wheel<LiveStream>;
  readonly channels: Wheel<Channel>;
  readonly hints: Wheel<HintChannel>;
  readonly credentials: Wheel<CredentialWatch>;
  start(): void;
  stop(): void;
  /** Tells a new leg whether something came before it that its reader lacks. */
  lookBack(leg: HintLeg): void;
  /** Wake-ups may have been missed: looks at every mailbox now, and again until that succeeds. */
  pollAll(): void;
  readonly isRunning: boolean;
  /** Times that watched conversations were looked at. */
  readonly hintLooks: number;
  close(): void;
}

/** A query for more than this would hold up the event loop when it is answered. */
const maxMailboxesPerPoll = 1_000;

export function createSweeps(options: SweepsOptions): Sweeps {
  const { db, log, periods } = options;
  const streams = new Wheel<LiveStream>(periods.heartbeatMs / periods.tickMs);
  const channels = new Wheel<Channel>(periods.pollMs / periods.tickMs);
  const hints = new Wheel<HintChannel>(periods.pollMs / periods.tickMs);
  const credentials = new Wheel<CredentialWatch>(periods.recheckMs / periods.tickMs);
  let timer: NodeJS.Timeout | undefined;
  let tickedAtMs = 0;
  let isAllDue = false;
  let hintLooks = 0;

  const all = new Pump({
    hasWork: () => isAllDue,
    async turn() {
      isAllDue = false;
      try {
        const watched = [...options.channels()];
        for (let i = 0; i < watched.length; i += maxMailboxesPerPoll)
          await poll(watched.slice(i, i + maxMailboxesPerPoll));
      } catch (error) {
        isAllDue = true;
        throw error;
      }
    },
    onError: (error) =>
      log.warn({ err: error }, "mailboxes could not be looked at after a gap; trying again"),
  });

  async function poll(watched: readonly Channel[]): Promise<void> {
    const current = watched.filter((channel) => channel.legs.size > 0);
    const heads = current.map(({ tenantUuid, mailboxUuid, head, wanted }) => ({
      tenantUuid,
      mailboxUuid,
      head: Math.max(head, wanted, 0),
    }));
    options.onStale(await findStaleMailboxes(db, heads));
  }

  const hintPolls = createBacklog({
    async work(watched: readonly HintChannel[]) {
      const current = watched.filter((channel) => channel.legs.size > 0);
      const newest = await findNewest(db, current);
      if (current.length > 0) hintLooks += 1;
      options.onStaleHints(current.filter((channel, n) => channel.isNews(newest[n] ?? null)));
    },
    onError: (error) => log.warn({ err: error }, "the safety poll of what is watched failed"),
  });
  const lookBacks = createBacklog({
    async work(legs: readonly HintLeg[]) {
      const newest = await findNewest(
        db,
        legs.map(({ channel }) => channel),
      );
      for (const [n, leg] of legs.entries()) leg.opened(newest[n] ?? null);
    },
    onError: (error) => log.warn({ err: error }, "new watchers could not be told what came before them"),
  });
  const polls = createBacklog({
    work: poll,
    onError: (error) => log.warn({ err: error }, "the safety poll of watched mailboxes failed"),
  });
  const rechecks = createBacklog({
    async work(watches: readonly CredentialWatch[]) {
      const found = await recheckCredentials(
        db,
        watches.map(({ ref }) => ref),
      );
      for (const [n, watch] of watches.entries()) options.onRechecked(watch, found[n]);
    },
    // Streams stay open while the database is away: there is nothing that they could be sent either.
    onError: (error) => log.warn({ err: error }, "the credentials of open streams could not be checked"),
  });

  function tick(): void {
    // By the clock: on a busy machine the timer is late, and the periods are to hold all the same.
    const slots = Math.floor((performance.now() - tickedAtMs) / periods.tickMs);
    tickedAtMs += slots * periods.tickMs;
    for (const stream of streams.turn(slots)) stream.beat();
    options.onTick();
    polls.add(channels.turn(slots));
    hintPolls.add(hints.turn(slots));
    lookBacks.add([]);
    rechecks.add(credentials.turn(slots));
  }

  return {
    streams,
    channels,
    hints,
    credentials,
    start() {
      if (timer !== undefined) return;
      tickedAtMs = performance.now();
      timer = setInterval(tick, periods.tickMs).unref();
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
    lookBack: (leg) => queueMicrotask(() => lookBacks.add([leg])),
    pollAll() {
      isAllDue = true;
      all.kick();
    },
    get hintLooks() {
      return hintLooks;
    },
    get isRunning() {
      return timer !== undefined;
    },
    close() {
      this.stop();
      all.close();
    },
  };
}

interface BacklogOptions<T> {
  work(items: readonly T[]): Promise<void>;
  onError(error: unknown): void;
}

/** Works on what is due, one piece of work out at a time; what failed is due again with the next. */
function createBacklog<T>({ work, onError }: BacklogOptions<T>): { add(items: readonly T[]): void } {
  let due = new Set<T>();
  let isWorking = false;
  return {
    add(items) {
      for (const item of items) due.add(item);
      if (isWorking || due.size === 0) return;
      const taken = due;
      due = new Set();
      isWorking = true;
      work([...taken])
        .catch((error: unknown) => {
          for (const item of taken) due.add(item);
          onError(error);
        })
        .finally(() => {
          isWorking = false;
        });
    },
  };
}
