import type { HintTopic, InboxTopic, LiveReadyData, LiveTopic } from "#app/domain/live/schema.ts";
import type { LiveEvent, LiveState } from "./transport.ts";

/** The sequence that a reader has of each mailbox it watches; null to begin with what comes next. */
export type Cursors = ReadonlyMap<InboxTopic, number | null>;

/** What a reader watches and where it is. */
export interface Wish {
  topics: readonly LiveTopic[];
  cursors: Cursors;
  /** When what it shows was read, of `Date.now()`: what has changed since it is to hear. */
  asOfMs: number;
}

/** What readers say to the tab that leads. */
export type ToLeader =
  /** Serve me from where I am. */
  | { to: "leader"; kind: "join"; reader: string; wish: Wish }
  | { to: "leader"; kind: "leave"; reader: string }
  /** Somebody is looking: if it is down, try again now. Answered with its state. */
  | { to: "leader"; kind: "retry" };

/** What the tab that leads says to readers. */
export type ToReaders = { to: "readers"; leader: string } & (
  | /** It leads from now on: whoever wants something is to join it. */
  { kind: "leads" }
  /** The reader is served by the connection with this number and those that follow it. */
  | {
      kind: "welcome";
      reader: string;
      connection: number;
      ready: LiveReadyData;
      changed: readonly HintTopic[];
    }
  | { kind: "event"; connection: number; event: LiveEvent }
  | { kind: "state"; state: LiveState }
  /** What it watches is not there, or not for this person. */
  | { kind: "refuse"; reader: string }
  /** There is no room for it on the shared connection. */
  | { kind: "full"; readers: readonly string[] }
);

/** What the tabs of a person say to each other. */
export type LiveMessage = ToLeader | ToReaders;
