import type {
  ByeData,
  DeliveryData,
  GapData,
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
  | { event: "message"; topic: LiveTopic; data: MessageView }
  | { event: "delivery"; topic: LiveTopic; data: DeliveryData }
  | { event: "gap"; topic: LiveTopic; data: GapData }
  | { event: "reset"; topic: LiveTopic; data: ResetData }
  | { event: "bye"; data: ByeData };

export interface LiveRequest {
  topics: readonly LiveTopic[];
  /** Where the page's data ends; empty to begin with what happens next. */
  cursor: string;
  onEvent(event: LiveEvent): void;
  onState(state: LiveState): void;
}

export interface LiveHandle {
  /** Tries again now instead of at `retryAtMs`. */
  retryNow(): void;
  close(): void;
}

/**
 * Brings a page its events. The only one today opens a connection for each caller; one that shares
 * a connection between tabs has the same shape.
 */
export type LiveTransport = (request: LiveRequest) => LiveHandle;
