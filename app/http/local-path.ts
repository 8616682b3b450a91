/** `//host` and `/\\host` are other sites to a browser. */
const isLocal = (path: string): boolean => /^\/(?![/\\])/.test(path);

/**
 * `value` when it is a path on this site, else `fallback`: a link must not be able to send a person
 * elsewhere after they sign in.
 */
export function toLocalPath(value: unknown, fallback: string): string {
  if (typeof value !== "string" || !isLocal(value) || value.length > 2_000) return fallback;
  const base = "http://localhost";
  if (!URL.canParse(value, base)) return fallback;
  const url = new URL(value, base);
  // Looked at again when it is resolved: `/..//host` is `//host`.
  const path = `${url.pathname}${url.search}`;
  return url.origin === base && isLocal(path) ? path : fallback;
}
