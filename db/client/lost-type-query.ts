/**
 * postgres.js asks each new connection which array types there are and lets nobody wait for the answer, so that
 * a connection that is lost just then leaves a rejection behind that nobody can catch. Whoever wanted the
 * connection learns of its loss all the same: this rejection says nothing new, and is no reason to end.
 */
export const isLostTypeQuery = (error: unknown): boolean =>
  error instanceof Error &&
  "query" in error &&
  typeof error.query === "string" &&
  /^\s*select b\.oid, b\.typarray\s/.test(error.query);
