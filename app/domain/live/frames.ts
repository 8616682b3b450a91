import type { MessageView } from "#app/domain/messaging/schema.ts";
import type { LiveTopic } from "./schema.ts";

/** One event as it goes over the wire: `text/event-stream`, https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function encodeEvent(event: string, data: unknown, id?: string, retryMs?: number): Uint8Array {
  return Buffer.from(eventText(event, JSON.stringify(data), id, retryMs));
}

// JSON has no raw line ends, and ids are ours, so nothing here can break out of its line.
function eventText(event: string, json: string, id?: string, retryMs?: number): string {
  const idLine = id === undefined ? "" : `id: ${id}\n`;
  const retryLine = retryMs === undefined ? "" : `retry: ${retryMs}\n`;
  return `${retryLine}${idLine}event: ${event}\ndata: ${json}\n\n`;
}

/** Keeps proxies and clients from taking a quiet stream for a dead one. */
export const heartbeatFrame: Uint8Array = Buffer.from(":\n\n");

/** How an event's data stands on the web face. */
export const tagged = (topic: LiveTopic, data: unknown): unknown => ({ topic, data });

/**
 * A message on its way to its readers: encoded once for each face, whatever the number of
 * subscribers, and only when a subscriber of that face is there.
 */
export class MessageFrame {
  readonly sequence: number;
  /** Its time passed before it was handled: people see that, but it is not handed out any more. */
  readonly isExpired: boolean;
  readonly #json: string;
  #inbox: Uint8Array | undefined;
  #tagged: Uint8Array | undefined;

  constructor(message: MessageView, sequence: number) {
    this.sequence = sequence;
    this.isExpired = message.status === "expired";
    this.#json = JSON.stringify(message);
  }

  /** About what it takes, on the wire and in memory. */
  get byteLength(): number {
    return (this.#inbox ?? this.#tagged)?.byteLength ?? this.#json.length + 48;
  }

  /** For an agent's face, with its `id`. */
  inbox(): Uint8Array {
    this.#inbox ??= Buffer.from(eventText("message", this.#json, String(this.sequence)));
    return this.#inbox;
  }

  /** For the web face; the `id` line goes before it, since that differs by connection. */
  tagged(topic: LiveTopic): Uint8Array {
    this.#tagged ??= Buffer.from(
      `event: message\ndata: {"topic":${JSON.stringify(topic)},"data":${this.#json}}\n\n`,
    );
    return this.#tagged;
  }
}
