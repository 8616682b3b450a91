import { DatabaseUnavailableError } from "../database.ts";
import { type ConnectionSettings, openConnection } from "./connection.server.ts";

/**
 * Asks the database, on a connection of its own, something that takes no time.
 * @throws what is in the way; that nothing is answered, after the time that connecting may take
 */
export async function probeDatabase(settings: ConnectionSettings): Promise<void> {
  const connection = await openConnection(settings, () => {});
  const end = (why: string) => connection.destroy(new DatabaseUnavailableError(why));
  const timer = setTimeout(() => end("The probe was not answered."), settings.connectTimeoutMs);
  try {
    await connection.transaction("begin read only", (sql) => sql`select 1`);
  } finally {
    clearTimeout(timer);
    end("The probe is over.");
  }
}
