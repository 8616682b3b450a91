import type { AuditTail, TailBatch } from "#app/domain/audit/tail-audit-events.server.ts";
import type { CredentialRef } from "#app/domain/auth/credentials.server.ts";
import type { Scope } from "#app/domain/auth/scopes.ts";
import { AppError } from "#app/domain/errors.ts";
import type { Wake } from "#app/domain/messaging/prepared-send.ts";
import type { Database } from "#db/database.ts";
import { type MailboxId, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { DeliveryChange } from "./bus-payload.server.ts";
import { Channel } from "./channel.ts";
import { CredentialWatch, nameOfWatch } from "./credential-watch.ts";
import { toRuns } from "./frame-run.ts";
import { HintBoard, type HintSubscription } from "./hint-board.server.ts";
import { type Face, Leg, LiveStream, type Sink, type StartAt, type StreamHost } from "./live-stream.ts";
import { createMailboxReads } from "./mailbox-reads.server.ts";
import { type ByeData, type DeliveryData, inboxTopic } from "./schema.ts";
import { createSweeps, type SweepPeriods } from "./sweeps.server.ts";
import type { WakeBus } from "./wake-bus.server.ts";

export interface LiveHubLimits {
  /** A client that takes nothing, and to which more than this is owed … */
  maxOwedBytes: number;
  /** … is cut off after this time; it resumes by its cursor. */
  stalledMs: number;
  /** A client that takes nothing for this long is cut off whatever it is owed. */
  deadMs: number;
  maxStreams: number;
  /** How far apart the clients of a stopping process are asked to come back. */
  byeSpreadMs: number;
}

export interface LiveHubOptions {
  db: Database;
  bus: WakeBus;
  /** Tells of what is recorded; without it, nobody is told of activity. */
  tail?: Pick<AuditTail, "subscribe">;
  log: { warn(fields: object, message: string): void };
  periods?: Partial<SweepPeriods>;
  limits?: Partial<LiveHubLimits>;
  /** Milliseconds that only go forward. */
  nowMs?(): number;
  /** Milliseconds since 1970, by which access tokens end. */
  dateMs?(): number;
}

export interface SubscribeOptions {
  tenantId: TenantId;
  credential: CredentialRef;
  /** What the credential has to give the right to for as long as the stream is open. */
  needs: readonly Scope[];
  face: Face;
  /** Mailboxes that the credential's actor may read: the caller has made sure. */
  mailboxes: readonly { mailboxId: MailboxId; startAt: StartAt }[];
  /** What else the stream tells of; on the `topics` face only. */
  hints?: readonly HintSubscription[];
  /** How long ago it was read what the client has: says `changed` at once of what is newer. */
  hintsAgeMs?: number;
  sink: Sink;
}

/** What the stream's carrier tells the hub. */
export interface Subscription {
  /** The client has taken what was written. */
  drained(): void;
  /** The client has gone, or the stream has ended. Safe to call twice. */
  closed(): void;
}

export interface LiveStats {
  streams: number;
  /** Of those, the web app's: each tells of several topics. */
  webStreams: number;
  channels: number;
  hintTopics: number;
  /** Times that the safety poll has looked for lost hints. */
  hintLooks: number;
  credentials: number;
  blockedStreams: number;
  /** Queries made for streams since the start. */
  reads: number;
  cutOff: number;
  revoked: number;
  isTicking: boolean;
}

/** The streams of this process. */
export interface LiveHub {
  /**
   * Throws `shutting_down` or `overloaded` when no more streams are taken. A route asks before it
   * answers 200; `subscribe` itself says `bye` to one that slipped in.
   */
  assertOpen(): void;
  subscribe(options: SubscribeOptions): Subscription;
  /** Messages were committed. Also heard from the bus. */
  wake(wakes: readonly Wake[]): void;
  /** Says `bye` to all streams and takes no more. */
  drain(): void;
  stats(): LiveStats;
  /** Drains, and lets go of bus and timers. */
  close(): void;
}

// With ten thousand streams a tick writes 33 heartbeats: some 2 ms in which no message is handed on.
const defaultPeriods: SweepPeriods = { tickMs: 50, heartbeatMs: 15_000, pollMs: 4_000, recheckMs: 4_000 };

const defaultLimits: LiveHubLimits = {
  maxOwedBytes: 1024 * 1024,
  stalledMs: 5_000,
  deadMs: 60_000,
  maxStreams: 50_000,
  byeSpreadMs: 5_000,
};

/** Of events that are not kept for a client that takes nothing. */
const maxOverdraftBytes = 64 * 1024;

/** More readers than this are written to after the senders have had their answers. */
const maxLegsAtOnce = 64;

/** One engine under both faces: agents' inbox streams and the web app's. */
export function createLiveHub(options: LiveHubOptions): LiveHub {
  const { db, bus, tail, log, nowMs = () => performance.now(), dateMs = Date.now } = options;
  const periods = { ...defaultPeriods, ...options.periods };
  const limits = { ...defaultLimits, ...options.limits };
  const channels = new Map<string, Channel>();
  const credentials = new Map<string, CredentialWatch>();
  const streams = new Set<LiveStream>();
  const blocked = new Set<LiveStream>();
  let webStreams = 0;
  let isDraining = false;
  let cutOffs = 0;
  let revoked = 0;

  const host: StreamHost = {
    nowMs,
    onBlocked: (stream) => blocked.add(stream),
    onReady: (stream) => hints.settle(stream),
  };
  const reads = createMailboxReads({ db, log, onGone, onRead: showHeldChanges });
  const sweeps = createSweeps({
    db,
    log,
    periods,
    channels: () => channels.values(),
    onStale: wake,
    onStaleHints: (stale) => hints.raiseStale(stale),
    onRechecked(watch, scopes) {
      const { tokenExpiresAtMs = Number.POSITIVE_INFINITY } = watch.ref;
      for (const stream of [...watch.streams]) {
        const reason = stream.needs.every((scope) => scopes?.has(scope))
          ? tokenExpiresAtMs <= dateMs() && "token"
          : "credential";
        if (reason === false) continue;
        revoked += 1;
        endStream(stream, { reason, retryMs: null });
      }
    },
    onTick() {
      cutOffStalled();
      hints.flush();
    },
  });
  const hints = new HintBoard({
    nowMs,
    onWatched: (channel) => sweeps.hints.add(channel),
    onActivityWatched: followTail,
    onOpening: (leg) => sweeps.lookBack(leg),
    onUnwatched: (channel) => sweeps.hints.delete(channel),
  });
  const unsubscribe = bus.subscribe({
    onWakes: wake,
    onDeliveries: showDeliveries,
    onHints: (raised) => hints.raise(raised),
    onAlerts: (tenantUuids) => hints.raiseAlerts(tenantUuids),
    onGap() {
      sweeps.pollAll();
      hints.raiseAll();
    },
  });

  let stopTail: (() => void) | undefined;
  /** The tail runs while somebody watches. */
  function followTail(isWatched: boolean): void {
    if (!isWatched) stopTail?.();
    stopTail = isWatched ? (stopTail ?? tail?.subscribe(tellActivity)) : undefined;
  }
  const tellActivity = ({ events }: TailBatch): void =>
    hints.raiseActivity(new Set(events.map(({ log: { tenantId } }) => toUuid(tenantId))));

  function assertOpen(): void {
    if (isDraining) throw new AppError("shutting_down", "The server is stopping.", { retryAfterSeconds: 1 });
    if (streams.size >= limits.maxStreams)
      throw new AppError("overloaded", "This server has as many streams as it takes.", {
        retryAfterSeconds: 5,
      });
  }

  function subscribe(options: SubscribeOptions): Subscription {
    const { tenantId, credential, needs, face, mailboxes, sink } = options;
    const stream = new LiveStream(face, needs, sink, host);
    if (isDraining) {
      stream.end(farewell());
      return { drained() {}, closed() {} };
    }
    const tenantUuid = toUuid(tenantId);
    streams.add(stream);
    if (face === "topics") webStreams += 1;
    sweeps.streams.add(stream);
    sweeps.start();
    watchCredential(stream, credential);
    stream.legs = mailboxes.map(({ mailboxId, startAt }) => {
      const channel = channelOf(tenantUuid, mailboxId);
      const leg = new Leg(stream, channel, inboxTopic(mailboxId), startAt);
      channel.legs.add(leg);
      return leg;
    });
    hints.watch(stream, options.hints ?? [], options.hintsAgeMs);
    if (stream.legs.length === 0) stream.sendReady();
    for (const leg of stream.legs) reads.open(leg);
    return {
      drained() {
        stream.drained();
        blocked.delete(stream);
        hints.settle(stream);
        for (const leg of stream.legs) reads.advance(leg);
      },
      closed: () => remove(stream),
    };
  }

  function channelOf(tenantUuid: string, mailboxId: MailboxId): Channel {
    const mailboxUuid = toUuid(mailboxId);
    const known = channels.get(mailboxUuid);
    // A mailbox's id is ours and never made twice; a channel must still not serve two tenants.
    if (known !== undefined && known.tenantUuid !== tenantUuid)
      throw new Error(`mailbox ${mailboxUuid} was asked for by two tenants`);
    if (known !== undefined) return known;
    const channel = new Channel(tenantUuid, mailboxUuid);
    channels.set(mailboxUuid, channel);
    sweeps.channels.add(channel);
    return channel;
  }

  function watchCredential(stream: LiveStream, ref: CredentialRef): void {
    const name = nameOfWatch(ref);
    let watch = credentials.get(name);
    if (watch === undefined) {
      watch = new CredentialWatch(ref);
      credentials.set(name, watch);
      sweeps.credentials.add(watch);
    }
    watch.streams.add(stream);
    stream.credential = watch;
  }

  function remove(stream: LiveStream): void {
    stream.isClosed = true;
    if (!streams.delete(stream)) return;
    if (stream.face === "topics") webStreams -= 1;
    blocked.delete(stream);
    sweeps.streams.delete(stream);
    hints.unwatch(stream);
    for (const leg of stream.legs) {
      const { channel } = leg;
      channel.remove(leg);
      if (channel.legs.size > 0) continue;
      channels.delete(channel.mailboxUuid);
      sweeps.channels.delete(channel);
    }
    const watch = stream.credential;
    watch?.streams.delete(stream);
    if (watch?.streams.size === 0) {
      credentials.delete(nameOfWatch(watch.ref));
      sweeps.credentials.delete(watch);
    }
    if (streams.size === 0) sweeps.stop();
  }

  function endStream(stream: LiveStream, bye: ByeData): void {
    stream.end(bye);
    remove(stream);
  }

  function cutOff(stream: LiveStream): void {
    cutOffs += 1;
    stream.cutOff();
    remove(stream);
  }

  function cutOffStalled(): void {
    const now = nowMs();
    for (const stream of blocked) {
      const stalledMs = now - stream.blockedSinceMs;
      if (stalledMs < limits.stalledMs) continue;
      const owedBytes = stream.legs.reduce((total, leg) => total + leg.channel.owedBytes(leg), 0);
      if (owedBytes > limits.maxOwedBytes || stalledMs >= limits.deadMs) cutOff(stream);
    }
  }

  function wake(wakes: readonly Wake[]): void {
    for (const wake of wakes) {
      const channel = channels.get(wake.mailboxUuid);
      if (channel === undefined) continue;
      channel.heardOf(wake.sequence);
      if (channel.isDue) handOver(channel, wake);
      if (channel.isDue) reads.due(channel);
    }
  }

  /**
   * What this process has committed goes out at once, without a read, when it is exactly what the
   * live legs lack; everything else is read from the table.
   */
  function handOver(channel: Channel, { committed, sequence }: Wake): void {
    if (committed?.after !== channel.head || channel.liveLegs > maxLegsAtOnce) return;
    const runs = toRuns(committed.messages(), channel.head, sequence);
    channel.measure(runs);
    channel.fanOut(runs);
  }

  function showDeliveries(changes: readonly DeliveryChange[]): void {
    for (const change of changes) {
      const channel = channels.get(change.mailboxUuid);
      if (channel === undefined || change.sequence === null) continue;
      if (channel.reads > 0) channel.heldChanges.push(change);
      else showDelivery(channel, change, change.sequence);
    }
  }

  /** A read's answer may be older than changes that came while it was out, so they follow it. */
  function showHeldChanges(channel: Channel): void {
    const held = channel.heldChanges;
    channel.heldChanges = [];
    for (const change of held) if (change.sequence !== null) showDelivery(channel, change, change.sequence);
  }

  function showDelivery(channel: Channel, change: DeliveryChange, sequence: number): void {
    // Who has not had the message gets it as it is now, with its next read.
    channel.forgetRecent();
    const { status, handling } = change;
    const data: DeliveryData = { messageId: toTypeId("msg", change.messageUuid), sequence, status, handling };
    for (const leg of channel.legs) {
      leg.page = [];
      if (leg.phase === "opening" || leg.cursor < sequence) continue;
      leg.sendEvent("delivery", data, false);
      if (leg.stream.overdraftBytes > maxOverdraftBytes) cutOff(leg.stream);
    }
  }

  function onGone(channel: Channel): void {
    for (const leg of [...channel.legs]) endStream(leg.stream, { reason: "mailbox", retryMs: null });
  }

  function farewell(): ByeData {
    return { reason: "draining", retryMs: Math.round(500 + Math.random() * limits.byeSpreadMs) };
  }

  function drain(): void {
    isDraining = true;
    for (const stream of [...streams]) endStream(stream, farewell());
  }

  return {
    assertOpen,
    subscribe,
    wake,
    drain,
    stats: () => ({
      streams: streams.size,
      webStreams,
      channels: channels.size,
      hintTopics: hints.size,
      hintLooks: sweeps.hintLooks,
      credentials: credentials.size,
      blockedStreams: blocked.size,
      reads: reads.count,
      cutOff: cutOffs,
      revoked,
      isTicking: sweeps.isRunning,
    }),
    close() {
      drain();
      unsubscribe();
      sweeps.close();
      reads.close();
    },
  };
}
