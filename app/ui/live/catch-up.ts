import type { InboxTopic } from "#app/domain/live/schema.ts";
import type { LiveEvent, LiveState } from "./transport.ts";

/**
 * Follows whether a connection that was lost has brought all that came meanwhile. `ready` tells how
 * far each mailbox is by then; until its messages have been replayed up to there, the page is behind.
 */
export class CatchUp {
  /** Up to where the page has each mailbox it watches. */
  readonly #reached: Map<InboxTopic, number>;
  /** Up to where it must have it to be whole again; undefined until the connection is back. */
  #owed: Map<InboxTopic, number> | undefined;
  #isBehind = false;

  constructor(topics: readonly InboxTopic[], cursors: ReadonlyMap<InboxTopic, number>) {
    this.#reached = new Map(topics.map((topic) => [topic, cursors.get(topic) ?? 0] as const));
  }

  /** From the loss of the connection until everything since is here. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  hear(state: LiveState): void {
    if (!isAway(state)) return;
    this.#isBehind = true;
    this.#owed = undefined;
  }

  /** Gives whether with this event the connection is back after it was lost. */
  take(event: LiveEvent): boolean {
    if (event.event === "ready") {
      const isBack = this.#isBehind && this.#owed === undefined;
      this.#owed = new Map();
      for (const topic of this.#reached.keys()) {
        const { cursor = 0, lastSequence = 0 } = event.data.topics[topic] ?? {};
        const reached = Math.max(cursor, this.#reachedOf(topic));
        this.#reached.set(topic, reached);
        if (lastSequence > reached) this.#owed.set(topic, lastSequence);
      }
      this.#settle();
      return isBack;
    }
    if (event.event === "message") this.#reach(event.topic, event.data.sequence ?? 0);
    else if (event.event === "gap") this.#reach(event.topic, event.data.through);
    else if (event.event === "reset") this.#reach(event.topic, event.data.cursor);
    return false;
  }

  #reachedOf(topic: InboxTopic): number {
    return this.#reached.get(topic) ?? 0;
  }

  #reach(topic: InboxTopic, sequence: number): void {
    if (sequence > this.#reachedOf(topic)) this.#reached.set(topic, sequence);
    if ((this.#owed?.get(topic) ?? Number.POSITIVE_INFINITY) <= sequence) this.#owed?.delete(topic);
    this.#settle();
  }

  #settle(): void {
    if (this.#owed?.size === 0) this.#isBehind = false;
  }
}

/** The connection is lost, and somebody has noticed. */
export const isAway = ({ kind }: LiveState): boolean => kind === "reconnecting" || kind === "offline";

/** What the page says of its connection beyond the connection's own state. */
export type Phase = "steady" | "away" | "caught-up";

/** What follows: a page that was away has caught up once it is live and lacks nothing. */
export function phaseAfter(
  phase: Phase,
  { state, isBehind }: { state: LiveState; isBehind: boolean },
): Phase {
  if (isAway(state)) return "away";
  return phase === "away" && state.kind === "live" && !isBehind ? "caught-up" : phase;
}
