import { type ErrorCode, type FieldError, isAppError } from "#app/domain/errors.ts";
import { textResponse } from "./known-body.server.ts";

export type ProblemCategory =
  | "authentication"
  | "authorization"
  | "validation"
  | "rate_limit"
  | "database"
  | "agent_service"
  | "network"
  | "unknown";

/** What only this layer can say, beside the domain's codes. */
export type ProblemCode = ErrorCode | "database_error" | "internal";

interface ProblemKind {
  status: number;
  title: string;
  category: ProblemCategory;
}

/** The one table from coded errors to HTTP. */
export const problemKinds: Record<ProblemCode, ProblemKind> = {
  invalid_input: { status: 400, title: "The request is not valid", category: "validation" },
  malformed_body: { status: 400, title: "The body cannot be read", category: "validation" },
  payload_too_large: { status: 413, title: "The body is too large", category: "validation" },
  unsupported_media_type: { status: 415, title: "The body has the wrong type", category: "validation" },
  method_not_allowed: { status: 405, title: "The method is not allowed here", category: "validation" },
  not_found: { status: 404, title: "Not found", category: "validation" },
  conflict: { status: 409, title: "Conflict", category: "validation" },
  idempotency_mismatch: {
    status: 409,
    title: "The key was used for another request",
    category: "validation",
  },
  unauthenticated: { status: 401, title: "Sign-in needed", category: "authentication" },
  invalid_credentials: { status: 401, title: "Wrong credentials", category: "authentication" },
  tenant_suspended: { status: 403, title: "Organisation suspended", category: "authorization" },
  forbidden: { status: 403, title: "Not allowed", category: "authorization" },
  wrong_origin: { status: 403, title: "Wrong origin", category: "authorization" },
  sender_mismatch: { status: 403, title: "Not this sender's key", category: "authorization" },
  no_allowlist_edge: { status: 403, title: "Blocked by the allowlist", category: "authorization" },
  no_conversation: { status: 403, title: "No conversation with this person", category: "authorization" },
  agent_paused: { status: 403, title: "The agent is paused", category: "authorization" },
  quota_limited: { status: 429, title: "The quota is used up", category: "rate_limit" },
  budget_exceeded: { status: 409, title: "Not enough budget left", category: "validation" },
  rate_limited: { status: 429, title: "Too many requests", category: "rate_limit" },
  agent_timeout: { status: 504, title: "No answer in time", category: "agent_service" },
  agent_unreachable: { status: 502, title: "The agent was not reached", category: "agent_service" },
  database_unavailable: { status: 503, title: "The database is unavailable", category: "database" },
  overloaded: { status: 503, title: "Too busy", category: "unknown" },
  shutting_down: { status: 503, title: "Restarting", category: "unknown" },
  database_error: { status: 500, title: "The database refused", category: "database" },
  internal: { status: 500, title: "Something went wrong", category: "unknown" },
};

export const isProblemCode = (text: string): text is ProblemCode => Object.hasOwn(problemKinds, text);

/** The table's entry for a code that somebody looks up. */
export const findProblemKind = (code: string): (ProblemKind & { code: ProblemCode }) | undefined =>
  isProblemCode(code) ? { code, ...problemKinds[code] } : undefined;

/** RFC 9457. Extension members, such as `messageId` of a blocked message, stand beside these. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  category: ProblemCategory;
  requestId: string;
  errors?: FieldError[];
  [extension: string]: unknown;
}

export interface ClassifiedProblem {
  problem: Problem;
  retryAfterSeconds: number | undefined;
  /** Whether it is our fault, and not in the log yet: it then keeps the stack. */
  unexpected: boolean;
}

const databaseAway = "The database did not answer in time. Please try again in a moment.";

/** The problem document of whatever was thrown. What is not a coded error says nothing of its inside. */
export function classifyError(error: unknown, requestId: string): ClassifiedProblem {
  if (isAppError(error)) {
    const { status } = problemKinds[error.code];
    const busy = status === 503 ? 1 : undefined;
    return {
      problem: {
        ...problemOf(error.code, error.message, requestId),
        ...(error.errors.length > 0 && { errors: error.errors }),
        ...error.extensions,
      },
      retryAfterSeconds: error.retryAfterSeconds ?? busy,
      unexpected: false,
    };
  }
  const database = databaseFailure(error);
  if (database === "unavailable" || database === "away") {
    return {
      problem: problemOf("database_unavailable", databaseAway, requestId),
      retryAfterSeconds: 1,
      unexpected: database !== "away",
    };
  }
  const code = database === "refused" ? "database_error" : "internal";
  const detail = `Something went wrong on our side. Please quote ${requestId} when you report it.`;
  return { problem: problemOf(code, detail, requestId), retryAfterSeconds: undefined, unexpected: true };
}

/** The document of one of the table's codes. */
export function problemOf(code: ProblemCode, detail: string, requestId: string): Problem {
  const { status, title, category } = problemKinds[code];
  return { type: `/problems/${code}`, title, status, detail, code, category, requestId };
}

/**
 * SQLSTATEs that pass by themselves: connections, resources, an operator's shutdown, a timeout, a
 * lock not had, a deadlock or a lost serialization.
 */
const passing = /^(08|53|57|40001|40P01|55P03)/;

/**
 * By name, not class: errors cross between two bundles. Drizzle wraps, so the causes are looked at too.
 * `away`: it has been told of already.
 */
function databaseFailure(error: unknown): "unavailable" | "away" | "refused" | undefined {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    if (current.name === "DatabaseUnavailableError")
      return "isTold" in current && current.isTold === true ? "away" : "unavailable";
    if (current.name === "PostgresError")
      return "code" in current && passing.test(String(current.code)) ? "unavailable" : "refused";
    current = current.cause;
  }
  return undefined;
}

/** The answer for whatever was thrown, as `application/problem+json`. */
export function problemResponse(error: unknown, requestId: string): Response {
  return toResponse(classifyError(error, requestId));
}

/** The answer for a problem already classified. */
export function toResponse(
  { problem, retryAfterSeconds }: ClassifiedProblem,
  extraHeaders: Record<string, string> = {},
): Response {
  const headers: Record<string, string> = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    ...extraHeaders,
  };
  if (retryAfterSeconds !== undefined) headers["Retry-After"] = String(retryAfterSeconds);
  if (problem.status === 401) headers["WWW-Authenticate"] = 'Bearer realm="signalbox"';
  return textResponse(JSON.stringify(problem), { status: problem.status, headers });
}
