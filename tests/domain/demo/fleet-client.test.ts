import { describe, expect, it } from "vitest";
import { readEvents } from "#app/demo/fleet-client.server.ts";

const text =
  ': heartbeat\r\n\r\nevent: ready\ndata: {"cursor":4}\n\nid: 5\nevent: message\ndata: {"a":\ndata: "ü"}\n\nretry: 10\n\ndata:last\r\r';
const bytes = new TextEncoder().encode(text);

/** The same bytes in pieces of `size`, so that every boundary falls everywhere. */
function piecesOf(size: number): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(offset, offset + size));
      offset += size;
    },
  });
}

describe("reading an event stream", () => {
  it.each([1, 2, 3, 7, 64, 1_000])("gives the same events from pieces of %d bytes", async (size) => {
    const events = [];
    for await (const event of readEvents(piecesOf(size))) events.push(event);
    expect(events.slice(0, 2)).toEqual([
      { name: "ready", id: undefined, data: '{"cursor":4}' },
      { name: "message", id: "5", data: '{"a":\n"ü"}' },
    ]);
  });
});
