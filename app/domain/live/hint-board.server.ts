import type { Newest, WatchedSource } from "./find-newest.server.ts";
import { encodeEvent } from "./frames.ts";
import { type Hint, hintOf } from "./hint.server.ts";
import type { LiveStream } from "./live-stream.ts";
import { activityTopic, alertsTopic, type HintTopic } from "./schema.ts";

/** A hint topic of one stream, and what it is about. */
export interface HintSubscription {
  topic: HintTopic;
  tenantUuid: string;
  /** Of a conversation. */
  correlationId: string | null;
}

/** The least time from one `changed` of a topic to the next: once for what happens meanwhile. */
const tenantIntervalMs = 1_000;
const conversationIntervalMs = 250;

/** Something that pages look at, and who is looking. */
export class HintChannel implements WatchedSource {
  readonly tenantUuid: string;
  readonly correlationId: string | null;
  /** By what hints name it. */
  readonly key: string;
  /** The audit trail has its tail, which tells of it and misses nothing. */
  readonly of: "messages" | "alerts" | "activity";
  readonly legs = new Set<HintLeg>();
  wheelSlot = 0;
  /** When its readers were last told, by the board's clock. */
  toldAtMs = Number.NEGATIVE_INFINITY;
  /** When the bus last had a hint of it, by the wall clock: that of what is looked for. */
  #heardAtMs = 0;
  #newestMark: string | null | undefined;

  constructor({ tenantUuid, correlationId, topic }: HintSubscription) {
    this.tenantUuid = tenantUuid;
    this.correlationId = correlationId;
    this.of = sourceOf(topic);
    if (this.of !== "messages") this.key = `${tenantUuid} ${this.of}`;
    else this.key = correlationId === null ? tenantUuid : keyOf(hintOf({ tenantUuid, correlationId }));
  }

  get intervalMs(): number {
    return this.correlationId === null ? tenantIntervalMs : conversationIntervalMs;
  }

  heard(): void {
    this.#heardAtMs = Date.now();
  }

  /**
   * Takes note of the newest that the safety poll has found. True when it came after the last look
   * and no hint has told of it since.
   */
  isNews(newest: Newest | null): boolean {
    const before = this.#newestMark;
    this.#newestMark = newest?.mark ?? null;
    if (before === undefined || newest === null || newest.mark === before) return false;
    return newest.atMs > this.#heardAtMs;
  }
}

function sourceOf(topic: HintTopic): WatchedSource["of"] {
  if (topic === activityTopic) return "activity";
  return topic === alertsTopic ? "alerts" : "messages";
}

/** One hint topic on one stream. */
export class HintLeg {
  readonly stream: LiveStream;
  readonly channel: HintChannel;
  readonly #frame: Uint8Array;
  /** When what its reader has was read, by the wall clock. */
  readonly #asOfMs: number;
  /** It changed before its `ready`, or while the client took nothing: said once, when that is over. */
  #isOwed = false;

  constructor(stream: LiveStream, channel: HintChannel, topic: HintTopic, asOfMs: number) {
    this.stream = stream;
    this.channel = channel;
    this.#frame = encodeEvent("changed", { topic });
    this.#asOfMs = asOfMs;
  }

  tell(): void {
    this.#isOwed = !this.stream.isReady || this.stream.isBlocked;
    if (!this.#isOwed) this.stream.write(this.#frame);
  }

  /** The newest that there is: tells of it unless its reader has it. */
  opened(newest: Newest | null): void {
    if (newest !== null && newest.atMs + commitMs > this.#asOfMs) this.tell();
  }

  settle(): void {
    if (this.#isOwed) this.tell();
  }
}

/** How long after its time something may be committed and seen, and how far clocks differ. */
const commitMs = 2_000;

export interface HintBoardOptions {
  /** Milliseconds that only go forward. */
  nowMs(): number;
  onWatched(channel: HintChannel): void;
  /** Whether anybody watches the audit trail has changed. */
  onActivityWatched(isWatched: boolean): void;
  /** A leg whose reader may lack what came before it. */
  onOpening(leg: HintLeg): void;
  onUnwatched(channel: HintChannel): void;
}

/**
 * Tells streams that something has changed: the first time at once, then what comes within the
 * topic's interval together at its end.
 */
export class HintBoard {
  readonly #options: HintBoardOptions;
  readonly #channels = new Map<string, HintChannel>();
  readonly #legs = new Map<LiveStream, readonly HintLeg[]>();
  readonly #due = new Set<HintChannel>();
  #activityChannels = 0;

  constructor(options: HintBoardOptions) {
    this.#options = options;
  }

  /** How many things are watched. */
  get size(): number {
    return this.#channels.size;
  }

  /** @param ageMs How long ago it was read what the stream's client has; undefined when that does not matter. */
  watch(stream: LiveStream, subscriptions: readonly HintSubscription[], ageMs?: number): void {
    if (subscriptions.length === 0) return;
    const asOfMs = Date.now() - (ageMs ?? 0);
    const legs = subscriptions.map((subscription) => {
      const leg = new HintLeg(stream, this.#channelOf(subscription), subscription.topic, asOfMs);
      leg.channel.legs.add(leg);
      return leg;
    });
    this.#legs.set(stream, legs);
    if (ageMs === undefined) return;
    // Of the trail nobody knows what the reader has: it looks once too often.
    for (const leg of legs)
      if (leg.channel.of === "activity") leg.tell();
      else this.#options.onOpening(leg);
  }

  unwatch(stream: LiveStream): void {
    for (const leg of this.#legs.get(stream) ?? []) {
      const { channel } = leg;
      channel.legs.delete(leg);
      if (channel.legs.size > 0) continue;
      this.#channels.delete(channel.key);
      this.#due.delete(channel);
      if (channel.of === "activity") this.#countActivity(-1);
      else this.#options.onUnwatched(channel);
    }
    this.#legs.delete(stream);
  }

  /** The stream is ready, or its client takes what is written again: tells what is owed to it. */
  settle(stream: LiveStream): void {
    for (const leg of this.#legs.get(stream) ?? []) leg.settle();
  }

  /** Something has changed in these conversations. */
  raise(hints: readonly Hint[]): void {
    if (this.#channels.size === 0) return;
    for (const hint of hints) {
      this.#hear(this.#channels.get(hint.tenantUuid));
      this.#hear(this.#channels.get(keyOf(hint)));
    }
  }

  /** Something was recorded in these tenants. */
  raiseActivity(tenantUuids: Iterable<string>): void {
    for (const tenantUuid of tenantUuids) this.#hear(this.#channels.get(`${tenantUuid} activity`));
  }

  /** Alerts of these tenants have changed. */
  raiseAlerts(tenantUuids: Iterable<string>): void {
    for (const tenantUuid of tenantUuids) this.#hear(this.#channels.get(`${tenantUuid} alerts`));
  }

  /** The safety poll has found what no hint told of. */
  raiseStale(channels: readonly HintChannel[]): void {
    for (const channel of channels) if (channel.legs.size > 0) this.#raise(channel);
  }

  /** Hints may have been missed. */
  raiseAll(): void {
    for (const channel of this.#channels.values()) this.#raise(channel);
  }

  /** Tells of what came within an interval that has passed; to be called often. */
  flush(): void {
    for (const channel of this.#due) this.#tell(channel);
  }

  #hear(channel: HintChannel | undefined): void {
    if (channel === undefined) return;
    channel.heard();
    this.#raise(channel);
  }

  #raise(channel: HintChannel): void {
    this.#due.add(channel);
    this.#tell(channel);
  }

  #tell(channel: HintChannel): void {
    const now = this.#options.nowMs();
    if (now - channel.toldAtMs < channel.intervalMs) return;
    this.#due.delete(channel);
    channel.toldAtMs = now;
    for (const leg of channel.legs) leg.tell();
  }

  #countActivity(change: 1 | -1): void {
    this.#activityChannels += change;
    this.#options.onActivityWatched(this.#activityChannels > 0);
  }

  #channelOf(source: HintSubscription): HintChannel {
    const channel = new HintChannel(source);
    const known = this.#channels.get(channel.key);
    if (known !== undefined) return known;
    this.#channels.set(channel.key, channel);
    if (channel.of === "activity") this.#countActivity(1);
    else this.#options.onWatched(channel);
    return channel;
  }
}

const keyOf = ({ tenantUuid, conversation }: Hint): string => `${tenantUuid} ${conversation}`;
