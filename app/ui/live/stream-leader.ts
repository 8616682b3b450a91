import { type InboxTopic, type LiveReadyData, type LiveTopic, maxTopics } from "#app/domain/live/schema.ts";
import type { Cursors, ToLeader, ToReaders, Wish } from "./live-message.ts";
import type { LiveEvent, LiveState, LiveTransport } from "./transport.ts";
import { Upstream } from "./upstream.ts";

export interface StreamLeaderOptions {
  /** Names it among the tabs. */
  id: string;
  /** How it opens a connection. */
  connect: LiveTransport;
  /** Whether the person may watch a topic, which is asked when a connection was refused. */
  mayWatch(topic: LiveTopic): Promise<boolean>;
  say(message: ToReaders): void;
  /** How long to wait for the readers of other tabs before it first connects. */
  gatherMs: number;
}

interface Reader {
  wish: Wish;
  /** It gets what the current connection brings; until then it waits to be welcomed. */
  isServed: boolean;
}

/** How long a topic that nobody watches any more stays on the connection: changing it costs a new one. */
const trimMs = 5_000;

/** A proxy or the server itself refuses addresses that are much longer. */
const maxTopicsLength = 8_000;

/** For how long a connection may have been dead before that was noticed. */
const unnoticedMs = 45_000;

const connecting: LiveState = { kind: "connecting" };

/**
 * Serves the readers of all tabs on one connection. When what they want changes, it opens the next
 * connection and closes the old one once that is ready: nobody misses anything meanwhile, and what
 * both bring the readers take once.
 */
export class StreamLeader {
  readonly #options: StreamLeaderOptions;
  readonly #readers = new Map<string, Reader>();
  #current: Upstream | undefined;
  /** Being opened to replace `current`, which serves until then. */
  #next: Upstream | undefined;
  #connections = 0;
  #isArranging = false;
  #isSifting = false;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: StreamLeaderOptions) {
    this.#options = options;
  }

  /** Calls the readers together. */
  start(): void {
    if (this.#options.gatherMs > 0) {
      this.#isArranging = true;
      this.#timer = setTimeout(() => this.#arrange(), this.#options.gatherMs);
    }
    this.#say({ kind: "leads" });
  }

  take(message: ToLeader): void {
    if (this.#isClosed) return;
    switch (message.kind) {
      case "join":
        this.#join(message.reader, message.wish);
        return;
      case "leave":
        if (this.#readers.delete(message.reader)) this.#arrangeSoon();
        return;
      case "retry":
        this.#current?.retryNow();
        this.#sayState();
        return;
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#current?.close();
    this.#next?.close();
  }

  #join(id: string, wish: Wish): void {
    const topics = this.#wanted(wish);
    if (topics.length > maxTopics || topics.join(",").length > maxTopicsLength) {
      this.#say({ kind: "full", readers: [id] });
      return;
    }
    this.#readers.set(id, { wish, isServed: false });
    this.#sayState();
    this.#arrangeSoon();
  }

  /** Readers that come and go in one turn, as when a page follows another, are one change. */
  #arrangeSoon(): void {
    if (this.#isArranging || this.#isSifting) return;
    this.#isArranging = true;
    queueMicrotask(() => this.#arrange());
  }

  /** Sees to it that a connection is there, or on its way, that covers every reader. */
  #arrange(): void {
    this.#isArranging = false;
    clearTimeout(this.#timer);
    if (this.#isClosed || this.#isSifting) return;
    if (this.#next?.state.kind === "ended") this.#next = undefined;
    if (this.#current?.state.kind === "ended") this.#release();
    if (this.#readers.size === 0) {
      this.#disconnect();
      return;
    }
    this.#welcome();
    const newest = this.#next ?? this.#current;
    const waiting = [...this.#readers.values()].filter((reader) => !reader.isServed);
    if (newest === undefined || !waiting.every(({ wish }) => newest.covers(wish))) {
      this.#connect();
      return;
    }
    if (newest.topics.size > this.#wanted().length) this.#timer = setTimeout(() => this.#connect(), trimMs);
  }

  #connect(): void {
    if (this.#readers.size === 0) {
      this.#disconnect();
      return;
    }
    const cursors = this.#startCursors();
    const asOfMs = Math.min(
      ...Array.from(this.#readers.values(), ({ wish, isServed }) => (isServed ? Date.now() : wish.asOfMs)),
    );
    this.#next?.close();
    this.#next = undefined;
    if (this.#current?.isLive !== true) this.#release();
    this.#connections += 1;
    const upstream = new Upstream({
      number: this.#connections,
      topics: this.#wanted(),
      cursors,
      asOfMs,
      connect: this.#options.connect,
      onEvent: (from, event) => this.#onEvent(from, event),
      onState: (from, state) => this.#onState(from, state),
    });
    if (this.#current === undefined) this.#current = upstream;
    else this.#next = upstream;
  }

  /** Lets go of the current connection; its readers wait again, from where it has brought them. */
  #release(): void {
    this.#current?.close();
    for (const reader of this.#readers.values()) {
      const { topics, asOfMs } = reader.wish;
      reader.wish = {
        topics,
        cursors: this.#cursorsOf(reader),
        asOfMs: reader.isServed ? Math.max(asOfMs, Date.now() - unnoticedMs) : asOfMs,
      };
      reader.isServed = false;
    }
    this.#current = undefined;
  }

  #disconnect(): void {
    this.#next?.close();
    this.#next = undefined;
    this.#release();
  }

  #onEvent(upstream: Upstream, event: LiveEvent): void {
    if (event.event === "ready") {
      this.#onReady(upstream, event.data);
      return;
    }
    if (upstream === this.#current && event.event !== "bye")
      this.#say({ kind: "event", connection: upstream.number, event });
  }

  #onReady(upstream: Upstream, data: LiveReadyData): void {
    if (upstream === this.#next) {
      this.#current?.close();
      this.#current = upstream;
      this.#next = undefined;
    } else if (upstream === this.#current && upstream.timesReady > 1) {
      // It was away. What has changed meanwhile was not told, and `ready` says so.
      this.#say({ kind: "event", connection: upstream.number, event: { event: "ready", data } });
    }
    this.#arrangeSoon();
    this.#welcome();
  }

  #onState(upstream: Upstream, state: LiveState): void {
    // The constructor of the connection calls this before it is anybody's.
    if (upstream !== this.#current && upstream !== this.#next) return;
    if (state.kind === "ended") {
      if (state.reason === "signed_out") this.#signOut(state);
      else void this.#sift(upstream);
      return;
    }
    if (upstream !== this.#current) return;
    if (state.kind !== "live" && this.#next !== undefined) this.#promoteNext(this.#next);
    this.#sayState();
  }

  /** The current connection is lost while another is on its way. */
  #promoteNext(next: Upstream): void {
    this.#release();
    this.#current = next;
    this.#next = undefined;
  }

  #signOut(state: LiveState): void {
    this.#readers.clear();
    this.#disconnect();
    this.#say({ kind: "state", state });
  }

  /** A connection was refused, which does not say why: asks for each topic, and refuses the readers of those that are not to be had. */
  async #sift(refused: Upstream): Promise<void> {
    if (this.#isSifting) return;
    this.#isSifting = true;
    clearTimeout(this.#timer);
    const answers = await Promise.all(
      [...refused.topics].map(async (topic) => ({ topic, isAllowed: await this.#options.mayWatch(topic) })),
    );
    this.#isSifting = false;
    if (this.#isClosed) return;
    const bad = new Set(answers.filter(({ isAllowed }) => !isAllowed).map(({ topic }) => topic));
    // Refused together and allowed alone: nothing is left to find out here, and each can still try by itself.
    if (bad.size === 0) {
      this.#say({ kind: "full", readers: [...this.#readers.keys()] });
      this.#readers.clear();
    }
    for (const [reader, { wish }] of this.#readers) {
      if (!wish.topics.some((topic) => bad.has(topic))) continue;
      this.#readers.delete(reader);
      this.#say({ kind: "refuse", reader });
    }
    this.#arrange();
  }

  /** Tells those whom the current connection covers that they are served from now on. */
  #welcome(): void {
    const current = this.#current;
    if (current?.isLive !== true) return;
    const { number: connection, position: ready } = current;
    for (const [id, reader] of this.#readers) {
      if (reader.isServed || !current.covers(reader.wish)) continue;
      reader.isServed = true;
      this.#say({ kind: "welcome", reader: id, connection, ready, changed: current.changesFor(reader.wish) });
    }
  }

  /** The topics of all readers, and of one that may come to them. */
  #wanted(newcomer?: Wish): LiveTopic[] {
    const topics = new Set(newcomer?.topics);
    for (const { wish } of this.#readers.values()) for (const topic of wish.topics) topics.add(topic);
    return [...topics];
  }

  /** Of each mailbox, where the reader is that is least far. */
  #startCursors(): Cursors {
    const starts = new Map<InboxTopic, number | null>();
    for (const reader of this.#readers.values())
      for (const [topic, cursor] of this.#cursorsOf(reader)) {
        const other = starts.get(topic) ?? null;
        starts.set(topic, cursor === null || other === null ? (cursor ?? other) : Math.min(cursor, other));
      }
    return starts;
  }

  #cursorsOf({ wish, isServed }: Reader): Cursors {
    const current = this.#current;
    if (!isServed || current === undefined) return wish.cursors;
    return new Map(
      Array.from(wish.cursors, ([topic, cursor]) => [topic, current.cursors.get(topic) ?? cursor] as const),
    );
  }

  #sayState(): void {
    this.#say({ kind: "state", state: this.#current?.state ?? connecting });
  }

  #say(message: DistributiveOmit<ToReaders, "to" | "leader">): void {
    if (!this.#isClosed) this.#options.say({ to: "readers", leader: this.#options.id, ...message });
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
