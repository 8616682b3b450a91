/**
 * `value` when it is a path on this site, else `fallback`: a link must not be able to send a person
 * elsewhere after they sign in. `//host` and `/\host` are other sites to a browser.
 */
export function toLocalPath(value: unknown, fallback: string): string {
  if (typeof value !== "string" || !/^\/(?![/\\])/.test(value) || value.length > 2_000) return fallback;
  const base = "http://localhost";
  if (!URL.canParse(value, base)) return fallback;
  const url = new URL(value, base);
  return url.origin === base ? `${url.pathname}${url.search}` : fallback;
}
