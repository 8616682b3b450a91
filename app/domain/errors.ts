/**
 * Coded errors. The domain throws them; `app/http/problem.server.ts` is the one table that turns
 * a code into a status and a title. `message` is a sentence for the person who reads the answer.
 */
export const errorCodes = [
  "invalid_input",
  "malformed_body",
  "payload_too_large",
  "unsupported_media_type",
  "method_not_allowed",
  "not_found",
  "conflict",
  "idempotency_mismatch",
  "unauthenticated",
  "invalid_credentials",
  "tenant_suspended",
  "forbidden",
  "wrong_origin",
  "sender_mismatch",
  "no_allowlist_edge",
  "no_conversation",
  "agent_paused",
  "quota_limited",
  "budget_exceeded",
  "rate_limited",
  "agent_timeout",
  "agent_unreachable",
  "database_unavailable",
  "overloaded",
  "shutting_down",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** One thing that is wrong with an input: `path` is dotted (`payload.progress`), or `query.limit`, `header.Idempotency-Key`. */
export interface FieldError {
  path: string;
  message: string;
}

export interface AppErrorOptions {
  cause?: unknown;
  errors?: FieldError[];
  /** Whole seconds, for `Retry-After`. */
  retryAfterSeconds?: number;
  /** Extra members of the problem document, such as `messageId` of a blocked message. */
  extensions?: Record<string, string | number | boolean | null>;
}

const brand = Symbol.for("signalbox.AppError");

export class AppError extends Error {
  override readonly name = "AppError";
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly errors: FieldError[];
  readonly retryAfterSeconds: number | undefined;
  readonly extensions: Record<string, string | number | boolean | null>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.extensions = options.extensions ?? {};
  }
}

/**
 * By brand, not by class: the server entry and Remix's bundle each hold a copy of this module, and
 * an error thrown by one is caught by the other.
 */
export const isAppError = (error: unknown): error is AppError =>
  typeof error === "object" && error !== null && brand in error;

/** The answer for what is not there and for what belongs to somebody else: they must not differ. */
export const notFound = (what: string): AppError => new AppError("not_found", `There is no such ${what}.`);

export const invalidInput = (path: string, message: string): AppError =>
  new AppError("invalid_input", message, { errors: [{ path, message }] });
