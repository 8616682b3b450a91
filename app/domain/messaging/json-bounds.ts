/** Client-safe checks of free-form JSON, before it comes near the database. */

export interface JsonBounds {
  maxBytes: number;
  /** Levels of nesting; the value itself is level 1. */
  maxDepth: number;
}

export interface JsonProblem {
  path: (string | number)[];
  message: string;
}

/** NUL, which PostgreSQL cannot store, and surrogates without their partner, which are no text at all. */
const unstorable = /[\0\p{Surrogate}]/u;

/** True when PostgreSQL can store the text. */
export const isStorableText = (text: string): boolean => !unstorable.test(text);

/** The first thing that keeps `value` from being stored as JSON within the bounds, or undefined. */
export function jsonProblem(value: unknown, bounds: JsonBounds): JsonProblem | undefined {
  return shapeProblem(value, bounds.maxDepth, []) ?? sizeProblem(value, bounds.maxBytes);
}

function shapeProblem(
  value: unknown,
  levelsLeft: number,
  path: (string | number)[],
): JsonProblem | undefined {
  switch (typeof value) {
    case "string":
      return isStorableText(value) ? undefined : { path, message: "Has a NUL or a lone surrogate" };
    case "number":
      return Number.isFinite(value) ? undefined : { path, message: "Is a number out of range" };
    case "boolean":
      return undefined;
    case "object":
      if (value === null) return undefined;
      if (levelsLeft === 0) return { path, message: "Is nested too deeply" };
      return Array.isArray(value)
        ? firstProblem(value.entries(), levelsLeft, path)
        : firstProblem(Object.entries(value), levelsLeft, path);
    default:
      // An optional member that was left out; JSON has no other use for undefined.
      return value === undefined && path.length === 1 ? undefined : { path, message: "Is not JSON" };
  }
}

function firstProblem(
  members: Iterable<[string | number, unknown]>,
  levelsLeft: number,
  path: (string | number)[],
): JsonProblem | undefined {
  for (const [key, member] of members) {
    if (typeof key === "string" && !isStorableText(key))
      return { path, message: "Has a name with a NUL or a lone surrogate" };
    const problem = shapeProblem(member, levelsLeft - 1, [...path, key]);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function sizeProblem(value: unknown, maxBytes: number): JsonProblem | undefined {
  const text = JSON.stringify(value);
  // UTF-8 takes one to three bytes for a UTF-16 unit, so most texts need no encoding to be judged.
  if (text.length * 3 <= maxBytes) return undefined;
  if (text.length <= maxBytes && new TextEncoder().encode(text).length <= maxBytes) return undefined;
  return { path: [], message: `Is larger than ${maxBytes / 1024} KiB` };
}
