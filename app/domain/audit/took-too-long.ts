import { codeOf } from "#db/client/failures.ts";

const queryCanceled = "57014";

/**
 * Whether a statement was cut for the time it took. Its connection may be gone with it: PostgreSQL may cut a
 * statement between two messages of the driver, which then hears of an error that it cannot place.
 */
export const tookTooLong = (error: unknown): boolean => codeOf(error) === queryCanceled;
