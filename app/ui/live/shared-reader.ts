import {
  formatCursor,
  type HintTopic,
  type InboxTopic,
  isHintTopic,
  type LiveReadyData,
  parseCursor,
} from "#app/domain/live/schema.ts";
import type { Wish } from "./live-message.ts";
import type { LiveEvent, LiveHandle, LiveRequest, LiveState, LiveTransport } from "./transport.ts";

/**
 * One request on the shared connection. What the leader brings was begun for the reader that is
 * least far, and begins anew when the leader changes: this takes each message once, by its sequence.
 */
export class SharedReader {
  readonly id = crypto.randomUUID();
  readonly #request: LiveRequest;
  readonly #cursors: Map<InboxTopic, number | null>;
  /** Up to when it has been told of what changes. */
  #asOfMs: number;
  /** The first connection that serves it; null while it waits to be welcomed. */
  #servedFrom: number | null = null;
  #state: LiveState = { kind: "connecting" };
  #direct: LiveHandle | undefined;
  #isClosed = false;

  constructor(request: LiveRequest) {
    this.#request = request;
    const cursors = request.cursor === "" ? undefined : parseCursor(request.cursor);
    const inboxes = request.topics.filter((topic): topic is InboxTopic => !isHintTopic(topic));
    this.#cursors = new Map(inboxes.map((topic) => [topic, cursors?.get(topic) ?? null] as const));
    this.#asOfMs = request.asOfMs;
    request.onState(this.#state);
  }

  /** It has no part in the shared connection any more, or never again will. */
  get isDone(): boolean {
    return this.#isClosed || this.#direct !== undefined || this.#state.kind === "ended";
  }

  get wish(): Wish {
    return { topics: this.#request.topics, cursors: new Map(this.#cursors), asOfMs: this.#asOfMs };
  }

  /** Nobody leads, or somebody else does from now on. */
  await(): void {
    this.#servedFrom = null;
    this.#setState({ kind: "connecting" });
  }

  welcome(connection: number, ready: LiveReadyData, changed: readonly HintTopic[]): void {
    this.#servedFrom = connection;
    this.#asOfMs = Date.now();
    for (const [topic, cursor] of this.#cursors)
      if (cursor === null) this.#cursors.set(topic, ready.topics[topic]?.cursor ?? null);
    this.#setState({ kind: "live" });
    this.#hand({ event: "ready", data: ready });
    for (const topic of changed) this.#hand({ event: "changed", topic });
  }

  take(connection: number, event: LiveEvent): void {
    if (this.#servedFrom === null || connection < this.#servedFrom) return;
    this.#asOfMs = Date.now();
    if (!("topic" in event) || (this.#request.topics.includes(event.topic) && this.#isNews(event)))
      this.#hand(event);
  }

  hear(state: LiveState): void {
    // A connection that is live serves nobody whom it has not welcomed.
    const isServed = this.#servedFrom !== null;
    if (state.kind !== "live" || isServed) this.#setState(state);
    if (state.kind === "live" && isServed) this.#asOfMs = Date.now();
  }

  refuse(): void {
    this.#setState({ kind: "ended", reason: "not_found" });
  }

  /** Goes on from where it is on a connection of its own. */
  goDirect(connect: LiveTransport): void {
    if (this.isDone) return;
    const cursors = [...this.#cursors].flatMap(([topic, cursor]) =>
      cursor === null ? [] : [[topic, cursor] as const],
    );
    this.#direct = connect({ ...this.#request, cursor: formatCursor(cursors), asOfMs: this.#asOfMs });
  }

  retryNow(): void {
    this.#direct?.retryNow();
  }

  close(): void {
    this.#isClosed = true;
    this.#direct?.close();
  }

  /** Whether this reader lacks it; takes note of what it brings. */
  #isNews(event: Exclude<LiveEvent, { event: "ready" | "bye" }>): boolean {
    if (event.event === "changed") return true;
    const cursor = this.#cursors.get(event.topic) ?? 0;
    switch (event.event) {
      case "message":
        return this.#advance(event.topic, cursor, event.data.sequence ?? 0);
      case "gap":
        return this.#advance(event.topic, cursor, event.data.through);
      case "reset":
        this.#cursors.set(event.topic, event.data.cursor);
        return true;
      case "delivery":
        // Who has not had the message gets it as it is.
        return (event.data.sequence ?? 0) <= cursor;
    }
  }

  #advance(topic: InboxTopic, cursor: number, to: number): boolean {
    if (to <= cursor) return false;
    this.#cursors.set(topic, to);
    return true;
  }

  #setState(state: LiveState): void {
    if (this.isDone || isSame(state, this.#state)) return;
    this.#state = state;
    this.#request.onState(state);
  }

  #hand(event: LiveEvent): void {
    if (this.isDone) return;
    try {
      this.#request.onEvent(event);
    } catch (error) {
      // A page that trips over an event holds up neither its own next one nor the other tabs.
      reportError(error);
    }
  }
}

function isSame(one: LiveState, other: LiveState): boolean {
  if (one.kind === "reconnecting" && other.kind === "reconnecting") return one.retryAtMs === other.retryAtMs;
  return one.kind === other.kind;
}
