import { AppError, invalidInput } from "#app/domain/errors.ts";
import { directBodyOf } from "./known-body.server.ts";
import { shortPath, unstorable, unstorableMessage } from "./parse-input.server.ts";

/** 1 MiB, counted as it arrives, so that a chunked body is held to it too. A route may declare another limit. */
export const maxBodyBytes = 1024 * 1024;
const maxDepth = 64;

export interface JsonBodyOptions {
  maxBytes?: number | undefined;
  /** A list in the body whose items the handler judges one by one, with `checkJson`; left out here. */
  itemsOf?: string | undefined;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/**
 * The JSON of a request's body: an acceptable size and type, UTF-8, at most 64 deep, and nothing in
 * it (`itemsOf` aside) that PostgreSQL or JavaScript could not hold exactly.
 * @throws AppError payload_too_large, unsupported_media_type, malformed_body, or invalid_input naming the field.
 */
export async function readJsonBody(request: Request, options: JsonBodyOptions = {}): Promise<unknown> {
  const type = request.headers.get("Content-Type");
  if (!isJson(type)) {
    throw new AppError(
      "unsupported_media_type",
      type === null
        ? "The body needs a Content-Type of application/json."
        : "The body must be application/json, in UTF-8.",
      { errors: [{ path: "header.Content-Type", message: "must be application/json" }] },
    );
  }
  const encoding = request.headers.get("Content-Encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    throw new AppError("unsupported_media_type", "The body must not be compressed.", {
      errors: [{ path: "header.Content-Encoding", message: "must be identity or absent" }],
    });
  }
  const text = decode(await readBytes(request, options.maxBytes));
  return parseJson(text, options.itemsOf);
}

function isJson(contentType: string | null): boolean {
  if (contentType === null) return false;
  if (contentType === "application/json") return true;
  const [type = "", ...parameters] = contentType.toLowerCase().split(";");
  const mime = type.trim();
  if (mime !== "application/json" && !/^application\/[\w.-]+\+json$/.test(mime)) return false;
  return parameters.every((parameter) => {
    const [name = "", value = ""] = parameter.split("=").map((part) => part.trim());
    return name !== "charset" || value === "utf-8" || value === '"utf-8"' || value === "utf8";
  });
}

/** The raw body, no longer than the limit. */
export async function readBytes(request: Request, limitBytes = maxBodyBytes): Promise<Uint8Array> {
  const declared = Number(request.headers.get("Content-Length") ?? 0);
  if (declared > limitBytes) throw tooLarge(limitBytes);
  const readDirectly = directBodyOf(request);
  if (readDirectly !== undefined) {
    const bytes = await readDirectly(limitBytes);
    if (bytes === undefined) throw tooLarge(limitBytes);
    return bytes;
  }
  if (request.body === null) return new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limitBytes) {
      // Not awaited: the client may go on sending for as long as it likes.
      void reader.cancel().catch(() => undefined);
      throw tooLarge(limitBytes);
    }
    chunks.push(value);
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size);
}

const tooLarge = (limitBytes: number) =>
  new AppError("payload_too_large", `The body is larger than ${limitBytes.toLocaleString("en")} bytes.`);

function decode(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) throw new AppError("malformed_body", "The body is empty; JSON was expected.");
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new AppError("malformed_body", "The body is not valid UTF-8.", { cause });
  }
}

/** Parses JSON text under the limits that every body is held to. */
export function parseJson(text: string, itemsOf?: string): unknown {
  if (text.length > 4_096) refuseAbsurdDepth(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError("malformed_body", "The body is not valid JSON.", { cause });
  }
  // Text decoded from valid UTF-8 holds no surrogate by itself, and JSON allows no bare NUL in a
  // string: only an escape can bring either in.
  check(itemsOf === undefined ? value : withoutItems(value, itemsOf), "", 1, text.includes("\\u"));
  return value;
}

const withoutItems = (value: unknown, list: string): unknown =>
  typeof value === "object" && value !== null && Array.isArray(Reflect.get(value, list))
    ? { ...value, [list]: [] }
    : value;

/**
 * Holds an item of a list that `itemsOf` named to the limits of every body.
 * @param path of the item in the body
 * @throws AppError invalid_input naming the field.
 */
export const checkJson = (value: unknown, path: string): void =>
  check(value, path, path.split(".").length + 1, true);

/**
 * A megabyte of brackets keeps JSON.parse busy for half a second; counting them takes milliseconds.
 * Moderate excess is left to `check`, which can name the field.
 */
function refuseAbsurdDepth(text: string): void {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (isInString) {
      if (char === backslash) i += 1;
      else if (char === quote) isInString = false;
    } else if (char === quote) isInString = true;
    else if (char === openBracket || char === openBrace) depth += 1;
    else if (char === closeBracket || char === closeBrace) depth -= 1;
    if (depth > absurdDepth) throw tooDeep("");
  }
}

const absurdDepth = 512;
const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];

function check(value: unknown, path: string, depth: number, escaped: boolean): void {
  if (typeof value === "string") {
    if (escaped && unstorable.test(value)) throw invalidInput(at(path), unstorableMessage);
  } else if (typeof value === "number") {
    checkNumber(value, path);
  } else if (Array.isArray(value)) {
    checkDepth(depth, path);
    for (let i = 0; i < value.length; i += 1) check(value[i], join(path, String(i)), depth + 1, escaped);
  } else if (value !== null && typeof value === "object") {
    checkDepth(depth, path);
    for (const [key, member] of Object.entries(value)) {
      if (escaped && unstorable.test(key))
        throw invalidInput(at(path), `has a name that ${unstorableMessage}`);
      if (key === "__proto__") throw invalidInput(at(join(path, key)), "is not a name that can be used");
      check(member, join(path, key), depth + 1, escaped);
    }
  }
}

const join = (path: string, key: string) => (path === "" ? key : `${path}.${key}`);

function checkDepth(depth: number, path: string): void {
  if (depth > maxDepth) throw tooDeep(path);
}

const tooDeep = (path: string) => invalidInput(at(path), `is nested deeper than ${maxDepth} levels`);

/** `1e999` parses to Infinity, and an integer past 2^53 to another integer than the one sent. */
function checkNumber(value: number, path: string): void {
  if (!Number.isFinite(value)) throw invalidInput(at(path), "is a number out of range");
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw invalidInput(at(path), "is an integer beyond what is exact (2^53 - 1); send it as a string");
}

const at = (path: string) => (path === "" ? "body" : shortPath(path));
