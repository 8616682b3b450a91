import { codeOf } from "#db/client/failures.ts";

const queryCanceled = "57014";

/** Whether a statement was cut for the time it took. */
export const tookTooLong = (error: unknown): boolean => codeOf(error) === queryCanceled;
