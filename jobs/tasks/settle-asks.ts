import { meterBy } from "#app/domain/asking/meter-answer.server.ts";
import { settleAsks as settle } from "#app/domain/asking/settle-asks.server.ts";
import { createUsageRecorder } from "#app/domain/usage/usage-recorder.server.ts";
import type { TaskContext } from "./context.ts";

/** Ends questions that nobody waits for any more, and counts what late answers have used. */
export async function settleAsks({ db, log }: TaskContext): Promise<void> {
  const usage = createUsageRecorder({ db, log });
  try {
    const { closed, late, purged } = await settle({ db, log, meter: meterBy(usage, log) });
    if (closed + late + purged > 0) log.info({ closed, late, purged }, "Questions settled");
  } finally {
    await usage.close();
  }
}
