import {
  formatCursor,
  type HintTopic,
  type InboxTopic,
  isHintTopic,
  type LiveReadyData,
  type LiveTopic,
} from "#app/domain/live/schema.ts";
import type { Cursors, Wish } from "./live-message.ts";
import type { LiveEvent, LiveHandle, LiveState, LiveTransport } from "./transport.ts";

export interface UpstreamOptions extends Wish {
  number: number;
  connect: LiveTransport;
  onEvent(upstream: Upstream, event: LiveEvent): void;
  onState(upstream: Upstream, state: LiveState): void;
}

/** A connection that serves the readers of all tabs, and how far it has come. */
export class Upstream {
  readonly number: number;
  readonly topics: ReadonlySet<LiveTopic>;
  state: LiveState = { kind: "connecting" };
  /** How often it has been ready: more than once when it was away and came back. */
  timesReady = 0;
  readonly #cursors: Map<InboxTopic, number | null>;
  /** From when on it tells of what changes. */
  readonly #asOfMs: number;
  readonly #changedAtMs = new Map<HintTopic, number>();
  /** Where each mailbox ended when the connection was ready: what is replayed goes up to there. */
  readonly #lastSequences = new Map<InboxTopic, number>();
  readonly #handle: LiveHandle;

  constructor({ number, topics, cursors, asOfMs, connect, onEvent, onState }: UpstreamOptions) {
    this.number = number;
    this.topics = new Set(topics);
    this.#cursors = new Map(cursors);
    this.#asOfMs = asOfMs;
    this.#handle = connect({
      topics,
      cursor: formatCursor(known(cursors)),
      asOfMs,
      onEvent: (event) => {
        this.#follow(event);
        onEvent(this, event);
      },
      onState: (state) => {
        this.state = state;
        onState(this, state);
      },
    });
  }

  get isLive(): boolean {
    return this.state.kind === "live";
  }

  get cursors(): Cursors {
    return this.#cursors;
  }

  /** Where one begins that is served from now on. */
  get position(): LiveReadyData {
    const cursors = [...known(this.#cursors)];
    return {
      cursor: formatCursor(cursors),
      topics: Object.fromEntries(
        cursors.map(([topic, cursor]) => {
          const lastSequence = Math.max(cursor, this.#lastSequences.get(topic) ?? 0);
          return [topic, { cursor, lastSequence }] as const;
        }),
      ),
    };
  }

  /** What of a reader's hint topics has changed since it looked and was told before it joined, or may have been. */
  changesFor({ topics, asOfMs }: Wish): HintTopic[] {
    return topics.filter(isHintTopic).filter((topic) => {
      const changedAtMs = this.#changedAtMs.get(topic) ?? Number.NEGATIVE_INFINITY;
      return asOfMs < this.#asOfMs || changedAtMs >= asOfMs;
    });
  }

  /** Whether it will bring all messages that follow what a reader has. */
  covers({ topics, cursors }: Wish): boolean {
    return (
      topics.every((topic) => this.topics.has(topic)) &&
      [...cursors].every(([topic, has]) => {
        const at = this.#cursors.get(topic) ?? null;
        return has === null || (at !== null && at <= has);
      })
    );
  }

  retryNow(): void {
    this.#handle.retryNow();
  }

  close(): void {
    this.#handle.close();
  }

  #follow(event: LiveEvent): void {
    if (event.event === "ready") {
      this.timesReady += 1;
      // Where it could not begin as asked, `gap` or `reset` follows, and moves the cursor for all alike.
      for (const [topic, cursor] of this.#cursors)
        this.#cursors.set(topic, cursor ?? event.data.topics[topic]?.cursor ?? null);
      for (const topic of this.#cursors.keys())
        this.#lastSequences.set(topic, event.data.topics[topic]?.lastSequence ?? 0);
    }
    if (event.event === "changed") this.#changedAtMs.set(event.topic, Date.now());
    if (event.event === "message") this.#cursors.set(event.topic, event.data.sequence);
    if (event.event === "gap") this.#cursors.set(event.topic, event.data.through);
    if (event.event === "reset") {
      this.#cursors.set(event.topic, event.data.cursor);
      this.#lastSequences.set(event.topic, event.data.cursor);
    }
  }
}

function* known(cursors: Cursors): Generator<readonly [InboxTopic, number]> {
  for (const [topic, cursor] of cursors) if (cursor !== null) yield [topic, cursor];
}
