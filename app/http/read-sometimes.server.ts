/** A reading for all who ask within `freshMs`, of whom a scrape has several; undefined where it failed. */
export function readSometimes<T>(
  read: () => Promise<T>,
  freshMs: number,
  onFailure: (error: unknown) => void,
): () => Promise<T | undefined> {
  let latest: { atMs: number; value: Promise<T | undefined> } | undefined;
  const ask = async (): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      onFailure(error);
      return undefined;
    }
  };
  return () => {
    const nowMs = performance.now();
    if (latest === undefined || nowMs - latest.atMs > freshMs) latest = { atMs: nowMs, value: ask() };
    return latest.value;
  };
}
