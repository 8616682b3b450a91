import { expireReservations as expire } from "#app/domain/usage/budgets/expire-reservations.server.ts";
import type { TaskContext } from "./context.ts";

/** Frees what runs have reserved of budgets and did not end in time. */
export async function expireReservations({ db, log }: TaskContext): Promise<void> {
  const expired = await expire(db);
  if (expired > 0) log.info({ expired }, "Reservations expired");
}
