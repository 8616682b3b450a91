/** What to make of an error of the store: by code and name, since an error class has a copy in each bundle. */

const codeOf = (error: unknown): string | undefined =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;

/** Not reached, refused, or gone in the middle: nothing that trying its parts would cure. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof Error && error.name === "DatabaseUnavailableError") return true;
  const code = codeOf(error) ?? "";
  // Classes: connection exceptions, operator intervention (not a cancelled statement), driver and socket errors.
  return /^(08|57P0)/.test(code) || /^(CONNECTION_|CONNECT_|ECONN|EPIPE|ETIMEDOUT)/.test(code);
}

/** Somebody held a lock for longer than `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => codeOf(error) === "55P03";

/** Lost against another transaction; the same again may pass. */
export const isConflict = (error: unknown): boolean => ["40P01", "40001"].includes(codeOf(error) ?? "");

/** The store is busy or short of something, so that the sender had better come again. */
export const isBusy = (error: unknown): boolean =>
  isLockTimeout(error) || isConflict(error) || /^(57014|53)/.test(codeOf(error) ?? "");
