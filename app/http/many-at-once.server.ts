/** What routes that take many at once have in common: each of the many has an outcome of its own. */
import type { z } from "zod";
import { type AppError, type FieldError, isAppError } from "#app/domain/errors.ts";
import { fieldErrors } from "./parse-input.server.ts";
import { classifyError } from "./problem.server.ts";
import { checkJson } from "./read-body.server.ts";

/** The member of the body that holds the many. */
type ListName = "messages" | "events";

/** The one at this place as the schema wants it, or what is wrong with it: paths begin with `<list>.<index>`. */
export function parseOneOfMany<T extends z.ZodType>(
  schema: T,
  value: unknown,
  list: ListName,
  index: number,
): z.output<T> | AppError {
  try {
    checkJson(value, `${list}.${index}`);
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : fieldErrors(parsed.error, "body", [list, index]);
}

/** What was wrong with one, as its outcome. */
export type Unfit =
  | { outcome: "rejected"; code: string; detail: string; errors?: FieldError[] }
  /** The database's or the server's fault: the same again may pass. */
  | { outcome: "failed"; code: string; detail: string };

/** The outcome of one that was refused as a single request would have been. */
export function rejectedOfMany({ code, message, errors }: AppError, list: ListName, index: number): Unfit {
  const named = errors.map((error) => inItsPlace(error, `${list}.${index}`));
  return { outcome: "rejected", code, detail: message, ...(named.length > 0 && { errors: named }) };
}

/** The outcome of one that nothing was wrong with. */
export function failedOfMany(error: unknown, requestId: string): Unfit {
  const { code, detail } = classifyError(error, requestId).problem;
  return { outcome: "failed", code, detail };
}

/** What a single request calls its header is a member of the item here. */
function inItsPlace({ path, message }: FieldError, item: string): FieldError {
  if (path === item || path.startsWith(`${item}.`)) return { path, message };
  return { path: `${item}.${path === "header.Idempotency-Key" ? "idempotencyKey" : path}`, message };
}
