import { type LiveEventName, liveEventNames } from "#app/domain/live/schema.ts";
import type { StreamEvent } from "./event-stream-parser.ts";
import type { LiveEvent } from "./transport.ts";

const known: ReadonlySet<string> = new Set(liveEventNames);
const isKnown = (name: string): name is LiveEventName => known.has(name);

/** The event that our own server sent; undefined for a kind that this page does not know yet. */
export function readLiveEvent({ event, data }: StreamEvent): LiveEvent | undefined {
  if (!isKnown(event)) return undefined;
  const parsed: unknown = JSON.parse(data);
  // Our own server made it, and a newer one only adds: its shape is the contract of domain/live/schema.
  if (event === "ready" || event === "bye") return { event, data: parsed } as LiveEvent;
  return { event, ...(parsed as object) } as LiveEvent;
}
