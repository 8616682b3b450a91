import { errorRate } from "./error-rate.server.ts";
import type { StateCheck } from "./state-check.ts";
import { trailLag } from "./trail-lag.server.ts";
import { memory, noWorker, queueLag } from "./worker-health.server.ts";

/** Everything that is looked at from time to time, rather than heard of. */
export const stateChecks: readonly StateCheck[] = [queueLag, noWorker, memory, trailLag, errorRate];
