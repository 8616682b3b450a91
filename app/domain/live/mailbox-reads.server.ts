import { type MailboxTail, readMailboxTails } from "#app/domain/messaging/mailbox-reader.server.ts";
import type { Database } from "#db/database.ts";
import type { Channel } from "./channel.ts";
import { type FrameRun, toRuns } from "./frame-run.ts";
import type { Leg, Opening } from "./live-stream.ts";
import { Pump } from "./pump.ts";

export interface MailboxReadsOptions {
  db: Database;
  log: { warn(fields: object, message: string): void };
  /** A channel whose mailbox is not there any more. */
  onGone(channel: Channel): void;
  /** After a read's answer has been handed out. */
  onRead(channel: Channel): void;
}

/**
 * Brings messages from the table to the legs. Two readers, each with one set-based query out at a
 * time: one for what live legs lack, and one for those that catch up, so that a long replay never
 * stands before what has just been sent.
 */
export interface MailboxReads {
  /** Somebody live on the channel may lack something. */
  due(channel: Channel): void;
  /** Finds out where a new leg stands. */
  open(leg: Leg): void;
  /** Goes on with a leg that is behind, now that its client takes more: from what is at hand, else from the table. */
  advance(leg: Leg): void;
  /** How many queries were made. */
  readonly count: number;
  close(): void;
}

const maxMailboxesPerRead = 500;

/** Above every sequence: asks only where a mailbox ends. */
const end = Number.MAX_SAFE_INTEGER;

export function createMailboxReads(options: MailboxReadsOptions): MailboxReads {
  const { db, log, onGone, onRead } = options;
  const dueChannels = new Set<Channel>();
  const waitingChannels = new Set<Channel>();
  let count = 0;

  const onError = (error: unknown): void =>
    log.warn({ err: error }, "mailboxes could not be read for their streams; trying again");
  const live = new Pump({ hasWork: () => dueChannels.size > 0, turn: readDue, onError });
  const replay = new Pump({ hasWork: () => waitingChannels.size > 0, turn: readPages, onError });

  async function read(
    requests: ReadonlyMap<Channel, ReadRequest>,
  ): Promise<Map<Channel, MailboxTail | undefined>> {
    count += 1;
    for (const channel of requests.keys()) channel.reads += 1;
    try {
      const tails = await db.withSql(
        (sql) =>
          readMailboxTails(
            sql,
            Array.from(requests, ([{ tenantUuid, mailboxUuid }, { afterSequence, limit }]) => ({
              tenantUuid,
              mailboxUuid,
              afterSequence,
              limit,
            })),
          ),
        { readOnly: true },
      );
      return new Map(Array.from(requests.keys(), (channel) => [channel, tails.get(channel.mailboxUuid)]));
    } finally {
      for (const channel of requests.keys()) channel.reads -= 1;
    }
  }

  async function readDue(): Promise<void> {
    const requests = new Map<Channel, ReadRequest & { wanted: number }>();
    for (const channel of dueChannels) {
      if (requests.size === maxMailboxesPerRead) break;
      dueChannels.delete(channel);
      if (!channel.isDue) continue;
      const { head, readLimit, wanted } = channel;
      requests.set(channel, { afterSequence: head, limit: readLimit, wanted });
    }
    if (requests.size === 0) return;
    const tails = await read(requests).catch((error: unknown) => {
      for (const channel of requests.keys()) dueChannels.add(channel);
      throw error;
    });
    for (const [channel, request] of requests) {
      const tail = tails.get(channel);
      if (tail === undefined) {
        onGone(channel);
        continue;
      }
      const through = coveredThrough(tail, request.limit);
      const runs = toRuns(tail.messages, request.afterSequence, through);
      channel.measure(runs);
      skipPurged(channel, tail.purgedThrough);
      channel.fanOut(runs);
      // Heard of nothing new meanwhile, and there is nothing: what was heard was wrong.
      if (channel.wanted === request.wanted && through === tail.lastSequence) channel.wanted = through;
      else channel.heardOf(tail.lastSequence);
      if (channel.isDue) dueChannels.add(channel);
      onRead(channel);
    }
  }

  async function readPages(): Promise<void> {
    const requests = new Map<Channel, ReadRequest & { legs: readonly Leg[] }>();
    for (const channel of waitingChannels) {
      if (requests.size === maxMailboxesPerRead) break;
      const afterSequence = wantedPage(channel);
      if (afterSequence === undefined) waitingChannels.delete(channel);
      else requests.set(channel, { afterSequence, limit: channel.readLimit, legs: [...channel.waiting] });
    }
    if (requests.size === 0) return;
    const tails = await read(requests);
    for (const [channel, { afterSequence, limit, legs }] of requests) {
      // Behind the others, should some of its legs need another page.
      waitingChannels.delete(channel);
      const tail = tails.get(channel);
      if (tail === undefined) {
        onGone(channel);
        continue;
      }
      const through = coveredThrough(tail, limit);
      const runs = toRuns(tail.messages, afterSequence, through);
      channel.measure(runs);
      channel.heardOf(tail.lastSequence);
      channel.jumpTo(tail.lastSequence);
      // Only those that waited when it was asked: the cursor of one who came later may be newer than the answer.
      for (const leg of legs) {
        if (!isServedBy(leg, afterSequence, through, tail.lastSequence)) continue;
        if (channel.stopWaiting(leg)) turnPage(leg, tail, runs);
      }
      if (channel.waiting.size > 0) waitingChannels.add(channel);
      if (channel.isDue) due(channel);
      onRead(channel);
    }
  }

  function turnPage(leg: Leg, tail: MailboxTail, runs: readonly FrameRun[]): void {
    leg.page = runs;
    if (leg.phase === "opening") {
      openLeg(leg, tail);
      if (leg.stream.legs.some((other) => other.phase === "opening")) return;
      leg.stream.sendReady();
      for (const opened of leg.stream.legs) advance(opened);
      return;
    }
    if (tail.purgedThrough > leg.cursor) sendGap(leg, tail.purgedThrough);
    advance(leg);
  }

  function advance(leg: Leg): void {
    const { channel, stream } = leg;
    if (stream.isClosed || !stream.isReady || leg.phase !== "behind" || channel.waiting.has(leg)) return;
    const outcome = channel.advance(leg);
    if (outcome === "read") wait(leg);
    else if (outcome === "live" && channel.isDue) due(channel);
  }

  function wait(leg: Leg): void {
    leg.page = [];
    leg.channel.wait(leg);
    waitingChannels.add(leg.channel);
    replay.kick();
  }

  function due(channel: Channel): void {
    dueChannels.add(channel);
    live.kick();
  }

  return {
    due,
    open: wait,
    advance,
    get count() {
      return count;
    },
    close() {
      live.close();
      replay.close();
    },
  };
}

interface ReadRequest {
  afterSequence: number;
  limit: number;
}

/** A page that is not full has everything there is. */
function coveredThrough(tail: MailboxTail, limit: number): number {
  const last = tail.messages.at(-1)?.sequence ?? undefined;
  return tail.messages.length >= limit && last !== undefined ? last : tail.lastSequence;
}

/** Where the page begins that the longest waiting leg of the channel needs; undefined when none waits. */
function wantedPage(channel: Channel): number | undefined {
  let isAnyWaiting = false;
  for (const leg of channel.waiting) {
    isAnyWaiting = true;
    if (leg.phase !== "opening") return leg.cursor;
    if (typeof leg.startAt === "number") return leg.startAt;
  }
  return isAnyWaiting ? end : undefined;
}

/** Whether a page read after `after` that has everything up to `through` is what a leg waits for. */
function isServedBy(leg: Leg, after: number, through: number, lastSequence: number): boolean {
  const cursor = leg.phase === "opening" ? leg.startAt : leg.cursor;
  if (typeof cursor !== "number" || cursor >= lastSequence) return true;
  return after <= cursor && cursor < through;
}

/** Places a leg where its reader wanted to begin, or where that is not possible, where it can. */
function openLeg(leg: Leg, { lastSequence, purgedThrough }: MailboxTail): void {
  const opening: Opening = { lastSequence };
  leg.opening = opening;
  leg.phase = "behind";
  const { startAt } = leg;
  if (startAt === "end") {
    leg.cursor = lastSequence;
  } else if (startAt === "unknown" || startAt > lastSequence) {
    leg.cursor = lastSequence;
    const reason = startAt === "unknown" ? "unknown" : "ahead";
    opening.notice = { event: "reset", data: { reason, cursor: lastSequence } };
  } else if (startAt < purgedThrough) {
    leg.cursor = purgedThrough;
    opening.notice = { event: "gap", data: { from: startAt + 1, through: purgedThrough } };
  } else {
    leg.cursor = startAt;
  }
}

/** Live legs that retention has overtaken are told so. */
function skipPurged(channel: Channel, purgedThrough: number): void {
  if (purgedThrough <= channel.head) return;
  for (const leg of channel.legs) {
    if (leg.phase === "live" && leg.cursor < purgedThrough) sendGap(leg, purgedThrough);
  }
}

function sendGap(leg: Leg, purgedThrough: number): void {
  const gap = { from: leg.cursor + 1, through: purgedThrough };
  leg.cursor = purgedThrough;
  leg.sendEvent("gap", gap, true);
}
