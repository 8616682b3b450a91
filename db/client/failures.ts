import { DatabaseUnavailableError } from "../database.ts";

// What postgres.js and Node say when there is no connection, or no more.
const connectionCodes = new Set([
  ...["CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "CONNECT_TIMEOUT"],
  ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"],
  ...["ENOTFOUND", "EAI_AGAIN", "ENOENT", "EADDRNOTAVAIL"],
]);

// PostgreSQL's own: shutting down, crashed, starting; too many connections; ended for idling too long.
const serverCodes = new Set(["57P01", "57P02", "57P03", "57P05", "53300", "25P03", "25P04"]);

export const TOO_MANY_CONNECTIONS = "53300";

/** The `code` of an error, looking through wrappers such as Drizzle's. */
export function codeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; typeof at === "object" && at !== null && depth < 5; depth++) {
    if ("code" in at && typeof at.code === "string") return at.code;
    at = "cause" in at ? at.cause : undefined;
  }
  return undefined;
}

/** Whether an error means that the database is away, rather than that it disliked a statement. */
export function isConnectionFailure(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && (connectionCodes.has(code) || serverCodes.has(code) || /^08/.test(code));
}

/**
 * The same error, or `DatabaseUnavailableError` with it as the cause when the database is away.
 * @param connectionEnded whatever the error says, its connection is gone
 */
export function translate(error: unknown, connectionEnded = false): unknown {
  if (error instanceof DatabaseUnavailableError) return error;
  if (!connectionEnded && !isConnectionFailure(error)) return error;
  return new DatabaseUnavailableError("The connection to the database was lost.", { cause: error });
}
