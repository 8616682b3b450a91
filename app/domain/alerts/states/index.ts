import type { StateCheck } from "./state-check.ts";

/** Everything that is looked at from time to time, rather than heard of. */
export const stateChecks: readonly StateCheck[] = [];
