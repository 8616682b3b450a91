import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/** Read at once: the decompressor's own 16 KiB would be a turn of the event loop for every thirty lines. */
const CHUNK_BYTES = 256 * 1024;

/**
 * The lines of a compressed file, many at a time, as they are asked for. Throws where it cannot be read any
 * further.
 */
export async function* readLines(compressed: Readable): AsyncGenerator<string[], void, undefined> {
  const text = compressed.pipe(createGunzip({ chunkSize: CHUNK_BYTES }));
  // A failure of the source does not reach the end of a pipe by itself.
  compressed.once("error", (error) => text.destroy(error));
  text.setEncoding("utf8");
  let rest = "";
  try {
    for await (const chunk of text) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      yield lines;
    }
    if (rest !== "") yield [rest];
  } finally {
    compressed.destroy();
    text.destroy();
  }
}
