import type { Readable } from "node:stream";

/**
 * Files outside of the database: a folder, or a bucket. Names have slashes. What was put is there as a
 * whole or not at all.
 */
export interface ArchiveStore {
  /** Where it is, for people. */
  readonly place: string;
  /** Replaces what has the name. */
  put(name: string, content: Readable | string): Promise<void>;
  /** Undefined when there is no such file. */
  open(name: string): Promise<Readable | undefined>;
  /** What is not there is removed already. */
  remove(name: string): Promise<void>;
  /** All names that begin with the prefix, in no order. */
  list(prefix: string): AsyncIterable<string>;
}

/** A small file as text; undefined when there is none. */
export async function readText(store: ArchiveStore, name: string): Promise<string | undefined> {
  const content = await store.open(name);
  if (content === undefined) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}
