import { z } from "zod";
import { AppError, type FieldError, invalidInput } from "#app/domain/errors.ts";

/** NUL and lone surrogates: PostgreSQL takes neither, as text or inside JSON. */
export const unstorable = /\0|\p{Surrogate}/u;
export const unstorableMessage = "must not contain NUL or unpaired surrogate characters";

/** Where a value came from; the first part of its path in `errors[]`. Body fields stand bare. */
export type InputPlace = "params" | "query" | "header" | "body";

const maxReportedErrors = 50;

/**
 * `value` as the schema wants it.
 * @throws AppError invalid_input, with every field that is wrong named by its path.
 */
export function parseInput<T extends z.ZodType>(schema: T, value: unknown, place: InputPlace): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw fieldErrors(result.error, place);
}

/** As `parseInput`; where the route declared no schema, there is nothing to hand on. */
export function parseDeclared<T extends z.ZodType>(
  schema: T | undefined,
  value: unknown,
  place: InputPlace,
): z.output<T> {
  // An undeclared schema has the type of an empty object (NoInput), which `{}` is.
  return schema === undefined ? ({} as z.output<T>) : parseInput(schema, value, place);
}

/** The schema type of what a route does not declare. */
export type NoInput = z.ZodObject<Record<never, never>>;

/** The coded error for what a schema found wrong, in a value that stands `under` this path. */
export function fieldErrors(error: z.ZodError, place: InputPlace, under: PropertyKey[] = []): AppError {
  const errors = error.issues
    .flatMap((issue) => describeIssue({ ...issue, path: [...under, ...issue.path] }, place))
    .slice(0, maxReportedErrors);
  const [first] = errors;
  const detail = first === undefined ? "The request is not valid." : `${first.path}: ${first.message}.`;
  return new AppError("invalid_input", detail, { errors });
}

function describeIssue(issue: z.core.$ZodIssue, place: InputPlace): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    const what = place === "body" ? "is not a known field" : "is not a known parameter";
    return issue.keys.map((key) => ({ path: joinPath(place, [...issue.path, key]), message: what }));
  }
  return [{ path: joinPath(place, issue.path), message: plain(issue.message) }];
}

function joinPath(place: InputPlace, path: PropertyKey[]): string {
  const parts = path.map(String);
  if (place !== "body") parts.unshift(place);
  return parts.length === 0 ? "body" : shortPath(parts.join("."));
}

/** A path made of what a client sent may be as long as its body. */
export const shortPath = (path: string): string => (path.length > 200 ? `${path.slice(0, 200)}…` : path);

/** `errors[]` members read on from the field's name, so no capital and no full stop. */
function plain(message: string): string {
  const text = message.endsWith(".") ? message.slice(0, -1) : message;
  return text.startsWith("Invalid input: ") ? text.slice("Invalid input: ".length) : text;
}

/**
 * Fails the start when a route's schema would silently drop unknown fields instead of refusing them.
 */
export function assertStrict(schema: z.ZodType | undefined, what: string): void {
  if (schema instanceof z.ZodObject && schema.def.catchall === undefined)
    throw new TypeError(`${what} must be a z.strictObject, so that unknown fields are refused.`);
}

/**
 * The query string as an object of strings.
 * @throws AppError invalid_input for a repeated parameter, a broken escape or an unstorable character.
 */
export function readQuery(search: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  if (search.length < 2) return query;
  if (search.includes("%")) refuseBrokenEscapes(search);
  for (const [name, value] of new URLSearchParams(search)) {
    if (unstorable.test(name)) throw invalidInput("query", unstorableMessage);
    if (unstorable.test(value)) throw invalidInput(shortPath(`query.${name}`), unstorableMessage);
    if (name in query) throw invalidInput(shortPath(`query.${name}`), "must be given once");
    query[name] = value;
  }
  return query;
}

/** URLSearchParams would turn bytes that are no UTF-8 into replacement characters and say nothing. */
function refuseBrokenEscapes(search: string): void {
  try {
    decodeURIComponent(search.replaceAll("+", " "));
  } catch (cause) {
    throw new AppError("invalid_input", "The query string has a broken escape.", {
      cause,
      errors: [{ path: "query", message: "has a broken percent escape" }],
    });
  }
}

/** Refuses path parameters that the database could not hold. */
export function checkParams(params: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && unstorable.test(value))
      throw invalidInput(`params.${name}`, unstorableMessage);
  }
}

/**
 * One request header, through its schema; undefined when absent.
 * @throws AppError invalid_input naming `header.<name>`.
 */
export function readHeader<T extends z.ZodType>(
  headers: Headers,
  name: string,
  schema: T,
): z.output<T> | undefined {
  const value = headers.get(name);
  if (value === null) return undefined;
  if (unstorable.test(value)) throw invalidInput(`header.${name}`, unstorableMessage);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const message = result.error.issues.map((issue) => plain(issue.message)).join("; ");
  throw invalidInput(`header.${name}`, message);
}
