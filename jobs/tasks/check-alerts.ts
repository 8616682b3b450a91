import type { TaskContext } from "./context.ts";

/** Looks at everything that alerts are made of. */
export async function checkAlerts({ log }: TaskContext): Promise<void> {
  log.debug({}, "The evaluator of alerts is not there yet");
}
