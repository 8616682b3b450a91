/** What is kept of an event's details, in bytes of JSON. */
export const maxDetailsBytes = 8 * 1024;
const maxStringLength = 1_000;
const maxItems = 50;
const maxDepth = 6;
const redacted = "[redacted]";

/** The last word of a key says what it holds: `accessToken` is a secret; `tokenQuota` is not, nor is a count of `tokens`. */
const secretKey =
  /(?:password|passphrase|secret|token|authorization|cookie|credential|(?:api|private|signing)[-_]?key)s?$/i;
const isSecret = (key: string, value: unknown): boolean =>
  secretKey.test(key) && value !== null && typeof value !== "number" && typeof value !== "boolean";

const secretValue =
  /\bsbr?_[0-9A-Za-z]{20,}|\bBearer\s+\S{8,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{4,}|(?<=:\/\/[^\s:/@]*:)[^\s@/]+(?=@)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what PostgreSQL refuses in text and jsonb.
const unstorable = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** Words, ids and numbers: what most values are, and nothing that the patterns above could match but a key. */
const plain = /^[\w-]{0,64}$/;

const scrubText = (value: string): string => {
  if (plain.test(value) && !value.includes("sb_") && !value.includes("sbr_")) return value;
  // Cut twice: first so that a huge text is not searched, last so that no secret is cut in half unseen.
  const clean = value
    .slice(0, 4 * maxStringLength)
    .replace(unstorable, "\uFFFD")
    .replace(secretValue, redacted);
  return clean.length > maxStringLength
    ? `${clean.slice(0, maxStringLength).replace(unstorable, "")}…`
    : clean;
};

function scrubValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return scrubText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object") return undefined;
  if (depth >= maxDepth) return "[…]";
  if (Array.isArray(value)) {
    const kept = value.slice(0, maxItems).map((item) => scrubValue(item, depth + 1) ?? null);
    return value.length > maxItems ? [...kept, `… ${value.length - maxItems} more`] : kept;
  }
  const entries = Object.entries(value);
  const kept: [string, unknown][] = entries
    .slice(0, maxItems)
    .map(([key, item]) => [scrubText(key), isSecret(key, item) ? redacted : scrubValue(item, depth + 1)]);
  if (entries.length > maxItems) kept.push(["…", `${entries.length - maxItems} more`]);
  return Object.fromEntries(kept);
}

/**
 * Details as they are stored: secrets replaced, what PostgreSQL cannot store replaced, strings and
 * lists cut, and the whole at most `maxDetailsBytes` of JSON. Never throws.
 */
export function scrubDetails(details: Record<string, unknown>): Record<string, unknown> {
  const scrubbed = scrubValue(details, 0) as Record<string, unknown>;
  const bytes = Buffer.byteLength(JSON.stringify(scrubbed));
  if (bytes <= maxDetailsBytes) return scrubbed;
  const kept: Record<string, unknown> = { truncated: true, bytes };
  let size = Buffer.byteLength(JSON.stringify(kept));
  // What is small is usually what identifies; what is large is usually text.
  const smallestFirst = Object.entries(scrubbed)
    .map(([key, value]) => ({ key, value, size: Buffer.byteLength(JSON.stringify({ [key]: value })) }))
    .sort((a, b) => a.size - b.size);
  for (const part of smallestFirst) {
    if (size + part.size > maxDetailsBytes) break;
    kept[part.key] = part.value;
    size += part.size;
  }
  return kept;
}

/** A name or an id as it is stored beside the details. */
export const scrubLabel = (value: string | null | undefined): string | null =>
  value === null || value === undefined ? null : scrubText(value);
