import { closeMonths as close } from "#app/domain/billing/close-months.server.ts";
import type { TaskContext } from "./context.ts";

/** Makes the invoices of months that are over; what failed is tried again. */
export async function closeMonths({ db, log, signal }: TaskContext): Promise<void> {
  const { invoices, failures } = await close(db, { nowMs: Date.now(), signal });
  if (invoices > 0) log.info({ invoices }, "Invoices issued");
  for (const { tenantId, month, error } of failures)
    log.error({ err: error, tenantId, month }, "A month could not be closed");
  const [first] = failures;
  if (first !== undefined)
    throw new Error(`${failures.length} months could not be closed`, { cause: first.error });
  signal.throwIfAborted();
}
