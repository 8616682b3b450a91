import type { Scope } from "#app/domain/auth/scopes.ts";
import type { Channel } from "./channel.ts";
import type { CredentialWatch } from "./credential-watch.ts";
import type { FrameRun } from "./frame-run.ts";
import { encodeEvent, heartbeatFrame, tagged } from "./frames.ts";
import {
  type ByeData,
  formatCursor,
  type GapData,
  type InboxTopic,
  type LiveEventName,
  type ReadyData,
  type ResetData,
} from "./schema.ts";

/** Where a stream's bytes go: the client's socket. */
export interface Sink {
  /** False when the client's buffer is full: nothing more until it has drained. */
  write(chunk: Uint8Array): boolean;
  /** Ends the stream after what was written. */
  end(): void;
  /** Ends it at once. */
  destroy(): void;
}

/** `inbox`: one mailbox, the cursor is its sequence. `topics`: several, tagged, with a composite cursor. */
export type Face = "inbox" | "topics";

/** Where a reader wants to begin: after a sequence, at the mailbox's end, or with a cursor that was none. */
export type StartAt = number | "end" | "unknown";

/** What the first read told a leg, and how that fits where its reader wanted to begin. */
export interface Opening {
  lastSequence: number;
  notice?: { event: "gap"; data: GapData } | { event: "reset"; data: ResetData };
}

/**
 * One mailbox on one stream. `cursor` is the last sequence that was written to the stream; nothing
 * is queued for a reader that is slow, it reads on from its cursor.
 */
export class Leg {
  readonly stream: LiveStream;
  readonly channel: Channel;
  readonly topic: InboxTopic;
  /** `opening` until the first read, `behind` while it catches up, `live` when it is at the channel's head. */
  phase: "opening" | "behind" | "live" = "opening";
  startAt: StartAt;
  cursor = -1;
  /** What was read for it and is not written yet. */
  page: readonly FrameRun[] = [];
  /** What its opening read found; said once the whole stream is ready. */
  opening: Opening | undefined;

  constructor(stream: LiveStream, channel: Channel, topic: InboxTopic, startAt: StartAt) {
    this.stream = stream;
    this.channel = channel;
    this.topic = topic;
    this.startAt = startAt;
  }

  /** Writes what of a run this leg has not had; the run begins at or before its cursor. */
  send(run: FrameRun): void {
    const isAgents = this.stream.face === "inbox";
    if (isAgents && this.cursor === run.after) {
      const frames = run.inbox();
      if (frames.byteLength > 0) this.stream.write(frames);
    } else {
      for (const frame of run.frames) {
        if (frame.sequence <= this.cursor) continue;
        this.cursor = frame.sequence;
        if (!isAgents)
          this.stream.write(Buffer.concat([Buffer.from(this.stream.idLine()), frame.tagged(this.topic)]));
        else if (!frame.isExpired) this.stream.write(frame.inbox());
      }
    }
    this.cursor = run.through;
  }

  /** An event of this mailbox; with the cursor as its id when it moves the cursor. */
  sendEvent(name: LiveEventName, data: object, withCursor: boolean): void {
    const id = withCursor ? this.stream.cursorText() : undefined;
    const body = this.stream.face === "inbox" ? data : tagged(this.topic, data);
    this.stream.write(encodeEvent(name, body, id));
  }
}

/** What all streams of a hub share. */
export interface StreamHost {
  /** Milliseconds that only go forward. */
  nowMs(): number;
  /** The stream's client takes nothing any more. */
  onBlocked(stream: LiveStream): void;
  /** Its `ready` was written. */
  onReady(stream: LiveStream): void;
}

/** One client's open stream. Ten thousand of these are meant to be small: no timer, no queue, no closure each. */
export class LiveStream {
  readonly face: Face;
  /** Rights without which it ends. */
  readonly needs: readonly Scope[];
  readonly #sink: Sink;
  readonly #host: StreamHost;
  legs: readonly Leg[] = [];
  credential: CredentialWatch | undefined;
  wheelSlot = 0;
  isClosed = false;
  /** Its `ready` was sent. */
  isReady = false;
  /** Since when its client takes nothing; 0 while it does. */
  blockedSinceMs = 0;
  /** What was written although its client takes nothing. */
  overdraftBytes = 0;

  constructor(face: Face, needs: readonly Scope[], sink: Sink, host: StreamHost) {
    this.face = face;
    this.needs = needs;
    this.#sink = sink;
    this.#host = host;
  }

  get isBlocked(): boolean {
    return this.blockedSinceMs > 0;
  }

  write(chunk: Uint8Array): void {
    if (this.isClosed) return;
    if (this.isBlocked) this.overdraftBytes += chunk.byteLength;
    if (this.#sink.write(chunk) || this.isBlocked) return;
    this.blockedSinceMs = this.#host.nowMs();
    this.#host.onBlocked(this);
  }

  /** The client has taken what was written. */
  drained(): void {
    this.blockedSinceMs = 0;
    this.overdraftBytes = 0;
  }

  beat(): void {
    if (!this.isBlocked) this.write(heartbeatFrame);
  }

  /** Where a client that has everything written so far resumes. */
  cursorText(): string {
    const opened = this.legs.filter((leg) => leg.phase !== "opening");
    if (this.face === "inbox") return String(opened[0]?.cursor ?? 0);
    return formatCursor(opened.map((leg) => [leg.topic, leg.cursor] as const));
  }

  idLine(): string {
    return `id: ${this.cursorText()}\n`;
  }

  /** The first thing a client hears, once every leg knows where it stands; with what has to be said about its cursor. */
  sendReady(): void {
    const stateOf = (leg: Leg): ReadyData => ({
      cursor: leg.cursor,
      lastSequence: leg.opening?.lastSequence ?? leg.cursor,
    });
    const [first] = this.legs;
    const data =
      this.face === "inbox" && first !== undefined
        ? stateOf(first)
        : {
            cursor: this.cursorText(),
            topics: Object.fromEntries(this.legs.map((leg) => [leg.topic, stateOf(leg)])),
          };
    this.isReady = true;
    // Without a mailbox there is no cursor to come back with.
    this.write(encodeEvent("ready", data, this.cursorText() || undefined));
    for (const leg of this.legs) {
      if (leg.opening?.notice !== undefined)
        leg.sendEvent(leg.opening.notice.event, leg.opening.notice.data, true);
      leg.opening = undefined;
    }
    this.#host.onReady(this);
  }

  /** Says why and when to come back, and ends. */
  end(bye: ByeData): void {
    // A client that takes nothing would keep an ended stream open.
    if (this.isBlocked) this.cutOff();
    if (this.isClosed) return;
    this.write(encodeEvent("bye", bye, undefined, bye.retryMs ?? undefined));
    this.isClosed = true;
    this.#sink.end();
  }

  /** Ends at once, with whatever the client has not taken. */
  cutOff(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#sink.destroy();
  }
}
