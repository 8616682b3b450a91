import type { Readable } from "node:stream";
import type { ErasedSubjects } from "../../audit/erased-subjects.server.ts";
import { eventLine, type FiledEvent, readLine } from "./archive-lines.ts";
import { readLines } from "./read-lines.server.ts";

/**
 * The event as it may be shown: without names, address and texts where its actor or its resource has been
 * erased since. Its leaf stays what it was, so that a file of such events still verifies.
 */
export function withoutErased(event: FiledEvent, erased: ErasedSubjects): FiledEvent {
  const isErased = [event.actorId, event.resourceId].some(
    (id) => id !== null && event.occurredAt <= (erased.get(id) ?? ""),
  );
  if (!isErased) return event;
  return {
    ...event,
    salt: null,
    actorName: null,
    resourceName: null,
    ipHash: null,
    erasableDetails: null,
  };
}

/** The text of an archive, in pieces, without what has been erased since it was written. */
export async function* erasedText(
  file: Readable,
  erased: ErasedSubjects,
): AsyncGenerator<string, void, undefined> {
  const subjects = [...erased.keys()];
  for await (const lines of readLines(file)) {
    let text = "";
    for (const line of lines)
      text += subjects.some((id) => line.includes(id)) ? shown(line, erased) : `${line}\n`;
    yield text;
  }
}

function shown(text: string, erased: ErasedSubjects): string {
  const line = readLine(text);
  if (line === undefined || !("event" in line)) return `${text}\n`;
  const event = withoutErased(line.event, erased);
  return event === line.event ? `${text}\n` : eventLine(event);
}
