import type { LiveTopic } from "#app/domain/live/schema.ts";
import { connectDirectly } from "./direct-transport.ts";
import type { LiveMessage, ToReaders } from "./live-message.ts";
import { SharedReader } from "./shared-reader.ts";
import { StreamLeader } from "./stream-leader.ts";
import type { LiveHandle, LiveRequest, LiveTransport } from "./transport.ts";

/** What a `BroadcastChannel` is used for. */
export type TabChannel = Pick<BroadcastChannel, "postMessage" | "onmessage" | "close">;

export interface SharedTransportOptions {
  /** Tabs with the same name share: one for each person, as a connection sees what its session may. */
  name: string;
  locks?: Pick<LockManager, "request">;
  openChannel?(name: string): TabChannel;
  /** How a connection to the server is opened. */
  connect?: LiveTransport;
  mayWatch?(topic: LiveTopic): Promise<boolean>;
  /** A leader that has not answered for this long is replaced. */
  answerMs?: number;
  /** How often a tab that is looked at makes sure that its leader is there. */
  checkMs?: number;
  /** How long a new leader waits for the other tabs' readers. */
  gatherMs?: number;
}

export interface SharedTransport {
  connect: LiveTransport;
  /** Ends what is open and hands over to another tab. */
  close(): void;
}

/**
 * One connection for all tabs of a person, since a browser allows six to a host on HTTP/1.1. The
 * tab that holds the lock has it and passes on what it brings; when that tab goes, the browser gives
 * the lock to another, and every reader goes on from its own cursor.
 */
export function createSharedTransport(options: SharedTransportOptions): SharedTransport {
  const { connect = connectDirectly, locks = globalThis.navigator?.locks } = options;
  if (locks === undefined || globalThis.BroadcastChannel === undefined)
    return { connect, close: () => undefined };
  const tab = new Tab({ ...options, connect, locks });
  return { connect: (request) => tab.read(request), close: () => tab.close() };
}

type TabOptions = SharedTransportOptions & Required<Pick<SharedTransportOptions, "connect" | "locks">>;

class Tab {
  readonly #options: TabOptions;
  readonly #name: string;
  readonly #id = crypto.randomUUID();
  readonly #readers = new Map<string, SharedReader>();
  #channel: TabChannel | undefined;
  /** The tab that leads, as far as this one knows. */
  #leaderId: string | undefined;
  #leader: StreamLeader | undefined;
  /** Ends the request for the lock, whether it is held or waited for. */
  #giveUp: AbortController | undefined;
  #unanswered: ReturnType<typeof setTimeout> | undefined;
  #check: ReturnType<typeof setInterval> | undefined;
  /** The browser has locks and does not give any to this page. */
  #isAlone = false;

  constructor(options: TabOptions) {
    this.#options = options;
    this.#name = `signalbox-live:${options.name}`;
  }

  read(request: LiveRequest): LiveHandle {
    if (this.#isAlone) return this.#options.connect(request);
    const reader = new SharedReader(request);
    this.#readers.set(reader.id, reader);
    this.#open();
    this.#join(reader);
    return {
      retryNow: () => {
        reader.retryNow();
        this.#say({ to: "leader", kind: "retry" });
        this.#awaitAnswer();
      },
      close: () => {
        reader.close();
        this.#readers.delete(reader.id);
        this.#say({ to: "leader", kind: "leave", reader: reader.id });
      },
    };
  }

  close(): void {
    globalThis.removeEventListener?.("pagehide", this.#suspend);
    globalThis.removeEventListener?.("pageshow", this.#resume);
    this.#suspend();
    for (const reader of this.#readers.values()) reader.close();
    this.#readers.clear();
  }

  /** Takes part from the first reader on. */
  #open(): void {
    if (this.#channel !== undefined) return;
    globalThis.addEventListener?.("pagehide", this.#suspend);
    globalThis.addEventListener?.("pageshow", this.#resume);
    globalThis.document?.addEventListener("visibilitychange", this.#ask);
    const { openChannel = (name: string) => new BroadcastChannel(name), checkMs = 20_000 } = this.#options;
    this.#channel = openChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<LiveMessage>) => this.#hear(data);
    this.#check = setInterval(this.#ask, checkMs);
    void this.#seekLead();
  }

  /** The page goes, perhaps to come back as it is. */
  #suspend = (): void => {
    if (this.#channel === undefined) return;
    for (const id of this.#readers.keys()) this.#say({ to: "leader", kind: "leave", reader: id });
    globalThis.document?.removeEventListener("visibilitychange", this.#ask);
    clearInterval(this.#check);
    clearTimeout(this.#unanswered);
    this.#unanswered = undefined;
    this.#resign();
    this.#giveUp?.abort();
    this.#channel.close();
    this.#channel = undefined;
  };

  #resume = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted || this.#readers.size === 0) return;
    this.#open();
    for (const reader of this.#readers.values()) {
      reader.await();
      this.#join(reader);
    }
  };

  /** Asks for the lock: at once when it is free, else when those before have had it; or takes it from a leader that is dead. */
  async #seekLead(how: "wait" | "steal" = "wait"): Promise<void> {
    this.#giveUp?.abort();
    const giveUp = new AbortController();
    this.#giveUp = giveUp;
    const { signal } = giveUp;
    const hold = (gatherMs: number) => this.#lead(signal, gatherMs);
    const { locks, gatherMs = 50 } = this.#options;
    try {
      if (how === "steal") {
        await locks.request(this.#name, { steal: true }, () => hold(gatherMs));
      } else {
        const isFree = await locks.request(this.#name, { ifAvailable: true }, async (lock) => {
          if (lock !== null) await hold(0);
          return lock !== null;
        });
        if (!isFree && !signal.aborted) await locks.request(this.#name, { signal }, () => hold(gatherMs));
      }
    } catch (error) {
      // Given up by this tab, or taken from it by one that it did not answer; all else is the browser's refusal.
      if (!(error instanceof DOMException && error.name === "AbortError")) this.#stayAlone();
    }
    if (signal.aborted) return;
    this.#resign();
    void this.#seekLead();
  }

  #stayAlone(): void {
    this.#isAlone = true;
    this.#suspend();
    for (const reader of this.#readers.values()) reader.goDirect(this.#options.connect);
  }

  /** Leads for as long as this tab takes part. */
  #lead(signal: AbortSignal, gatherMs: number): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    const { connect, mayWatch = mayWatchTopic } = this.#options;
    const say = (message: ToReaders): void => this.#say(message);
    this.#leader = new StreamLeader({ id: this.#id, connect, mayWatch, say, gatherMs });
    this.#leader.start();
    return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }

  #resign(): void {
    this.#leader?.close();
    this.#leader = undefined;
  }

  #join(reader: SharedReader): void {
    if (reader.isDone) return;
    this.#say({ to: "leader", kind: "join", reader: reader.id, wish: reader.wish });
    this.#awaitAnswer();
  }

  /** Makes sure that somebody leads, and that it tries now should it be down. */
  #ask = (): void => {
    if (globalThis.document?.visibilityState === "hidden" || this.#leader !== undefined) return;
    if (![...this.#readers.values()].some((reader) => !reader.isDone)) return;
    this.#say({ to: "leader", kind: "retry" });
    this.#awaitAnswer();
  };

  #awaitAnswer(): void {
    if (this.#unanswered !== undefined || this.#leader !== undefined) return;
    this.#unanswered = setTimeout(() => {
      this.#unanswered = undefined;
      if (this.#leader === undefined) void this.#seekLead("steal");
    }, this.#options.answerMs ?? 5_000);
  }

  /** To the other tabs, and to this one, which hears nothing of its own channel. */
  #say(message: LiveMessage): void {
    this.#channel?.postMessage(message);
    this.#hear(message);
  }

  #hear(message: LiveMessage): void {
    if (message.to === "leader") {
      this.#leader?.take(message);
      return;
    }
    if (message.kind === "leads") this.#leaderId = message.leader;
    // One that was deposed may not know it yet.
    if (message.leader !== (this.#leaderId ?? message.leader)) return;
    clearTimeout(this.#unanswered);
    this.#unanswered = undefined;
    this.#obey(message);
  }

  #obey(message: ToReaders): void {
    switch (message.kind) {
      case "leads":
        for (const reader of this.#readers.values()) {
          reader.await();
          this.#join(reader);
        }
        return;
      case "welcome":
        this.#leaderId = message.leader;
        this.#readers.get(message.reader)?.welcome(message.connection, message.ready, message.changed);
        return;
      case "event":
        for (const reader of this.#readers.values()) reader.take(message.connection, message.event);
        return;
      case "state":
        for (const reader of this.#readers.values()) reader.hear(message.state);
        return;
      case "refuse":
        this.#readers.get(message.reader)?.refuse();
        return;
      case "full":
        for (const id of message.readers) this.#readers.get(id)?.goDirect(this.#options.connect);
        return;
    }
  }
}

/** Whether the server would let this person watch a topic; asked without opening a stream. */
async function mayWatchTopic(topic: LiveTopic): Promise<boolean> {
  const query = new URLSearchParams({ topics: topic });
  try {
    const { status } = await fetch(`/api/live?${query}`, { method: "HEAD", cache: "no-store" });
    return status < 400 || status >= 429;
  } catch {
    return true;
  }
}
