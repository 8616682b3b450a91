import type {
  ByeData,
  DeliveryData,
  GapData,
  HintTopic,
  InboxTopic,
  LiveReadyData,
  LiveTopic,
  ResetData,
} from "#app/domain/live/schema.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";

/** How the page's connection to what happens is. */
export type LiveState =
  | { kind: "connecting" }
  | { kind: "live" }
  /** Lost; the next attempt is at `retryAtMs` (of `Date.now()`). */
  | { kind: "reconnecting"; retryAtMs: number }
  /** The device has no network; it connects again by itself when it has. */
  | { kind: "offline" }
  /** It will not come back by itself: signed out, or what was watched is gone. */
  | { kind: "ended"; reason: "signed_out" | "not_found" };

/** An event of the web face, its data parsed. */
export type LiveEvent =
  | { event: "ready"; data: LiveReadyData }
  | { event: "message"; topic: InboxTopic; data: MessageView }
  | { event: "delivery"; topic: InboxTopic; data: DeliveryData }
  | { event: "changed"; topic: HintTopic }
  | { event: "gap"; topic: InboxTopic; data: GapData }
  | { event: "reset"; topic: InboxTopic; data: ResetData }
  | { event: "bye"; data: ByeData };

export interface LiveRequest {
  topics: readonly LiveTopic[];
  /** Where the page's data ends; empty to begin with what happens next. */
  cursor: string;
  /** When what the page shows was asked for, of `Date.now()`: what of a hint topic is newer is told at once. */
  asOfMs: number;
  onEvent(event: LiveEvent): void;
  onState(state: LiveState): void;
}

export interface LiveHandle {
  /** Tries again now instead of at `retryAtMs`. */
  retryNow(): void;
  close(): void;
}

/**
 * Brings a page its events: on a connection of its own (`direct-transport`), or on one that all tabs
 * share (`shared-transport`).
 */
export type LiveTransport = (request: LiveRequest) => LiveHandle;
