import { type ProbedId, parseProbedId } from "./probed-id.ts";

/** More than any request needs for one answer; a batch names two a message. */
const maxIds = 1_000;
const maxDepth = 5;

/** What is the client's own, whatever it looks like; `q` and `search` are words to look for. */
const ownFields: ReadonlySet<string> = new Set([
  "q",
  "search",
  "correlationId",
  "idempotencyKey",
  "payload",
  "details",
  "context",
  "metadata",
  "input",
]);

/** The server-issued ids in parameters, query or body: whole values, never parts of a text. */
export function namedIds(...values: unknown[]): ProbedId[] {
  const found = new Set<ProbedId>();
  for (const value of values) collect(value, found, 0);
  return [...found];
}

function collect(value: unknown, found: Set<ProbedId>, depth: number): void {
  if (found.size >= maxIds || depth > maxDepth) return;
  if (typeof value === "string") {
    const id = parseProbedId(value);
    if (id !== undefined) found.add(id);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, found, depth + 1);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value))
      if (!ownFields.has(name)) collect(member, found, depth + 1);
  }
}
