/** A URL for the record: what follows the path may be a secret of the receiver's. */
export function recordedUrl(text: string): string {
  const url = new URL(text);
  return `${url.origin}${url.pathname}${url.search === "" ? "" : "?…"}`;
}
