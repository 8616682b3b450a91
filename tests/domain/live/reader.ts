import type { LiveHub, SubscribeOptions, Subscription } from "#app/domain/live/live-hub.server.ts";
import { createEventStreamParser, type StreamEvent } from "#app/ui/live/event-stream-parser.ts";

export interface ReaderOptions
  extends Pick<SubscribeOptions, "tenantId" | "credential" | "mailboxes" | "hints" | "hintsAgeMs"> {
  /** Default: to read messages. */
  needs?: SubscribeOptions["needs"];
  face?: SubscribeOptions["face"];
  /** Takes nothing after this many events, until `resume`. */
  stallAfter?: number;
  /** Is full after this many events and drains in the next turn of the event loop, again and again. */
  drainEvery?: number;
  /** Told of each event as it arrives. */
  onEvent?(event: StreamEvent, reader: Reader): void;
}

/** A stream's client, as the hub sees it: a socket that takes bytes, or does not. */
export interface Reader {
  readonly events: StreamEvent[];
  /** Sequences of the messages that it has, in the order of their arrival. */
  readonly sequences: number[];
  readonly ended: "end" | "destroyed" | undefined;
  /** What the hub has written. */
  readonly bytes: number;
  readonly comments: number;
  /** The id of the last event: where a browser would resume. */
  readonly lastEventId: string;
  /** The client takes what it has left lying. */
  resume(): void;
  /** The client goes away. */
  close(): void;
}

/** Opens a stream on the hub. */
export function openReader(hub: LiveHub, options: ReaderOptions): Reader {
  const { tenantId, credential, mailboxes, hints, hintsAgeMs, drainEvery } = options;
  const { face = "inbox", stallAfter = Number.POSITIVE_INFINITY } = options;
  const events: StreamEvent[] = [];
  const sequences: number[] = [];
  const decoder = new TextDecoder();
  let ended: Reader["ended"];
  let bytes = 0;
  let comments = 0;
  let isStalled = false;
  let hasClosed = false;
  const parse = createEventStreamParser((event) => {
    if (ended !== undefined || hasClosed) return;
    events.push(event);
    if (event.event === "message") sequences.push(sequenceOf(event));
    options.onEvent?.(event, reader);
  });
  const reader: Reader = {
    events,
    sequences,
    get ended() {
      return ended;
    },
    get bytes() {
      return bytes;
    },
    get comments() {
      return comments;
    },
    get lastEventId() {
      return events.at(-1)?.id ?? "";
    },
    resume() {
      isStalled = false;
      subscription.drained();
    },
    close() {
      hasClosed = true;
      // Events may be handed over before the subscription is returned.
      queueMicrotask(() => subscription.closed());
    },
  };
  const subscription: Subscription = hub.subscribe({
    tenantId,
    credential,
    needs: options.needs ?? ["messages:read"],
    face,
    mailboxes,
    hints,
    hintsAgeMs,
    sink: {
      write(chunk) {
        if (ended !== undefined) throw new Error("written to after its end");
        bytes += chunk.byteLength;
        if (chunk.byteLength === 3) comments += 1;
        parse(decoder.decode(chunk, { stream: true }));
        if (events.length >= stallAfter) isStalled = true;
        if (drainEvery !== undefined && events.length % drainEvery === 0) {
          setImmediate(() => subscription.drained());
          return false;
        }
        return !isStalled;
      },
      end() {
        ended = "end";
        queueMicrotask(() => subscription.closed());
      },
      destroy() {
        ended = "destroyed";
        queueMicrotask(() => subscription.closed());
      },
    },
  });
  return reader;
}

/** A message event's sequence, on either face. */
export function sequenceOf({ data }: StreamEvent): number {
  const parsed: { sequence?: number; data?: { sequence: number } } = JSON.parse(data);
  return parsed.sequence ?? parsed.data?.sequence ?? Number.NaN;
}

/** 1, 2, 3 … as far as `last`. */
export const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
