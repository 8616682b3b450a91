import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import { createRepeatedEvents, type RepeatedEvents } from "./repeated-events.server.ts";

/**
 * Remembers that something could not be recorded, and records that as soon as the database takes it: what was
 * lost is in the log alone, but the trail says that there was something.
 */
export const createUnrecordedEvents = (options: {
  db: Database;
  log: { error(fields: object, message: string): void };
}): RepeatedEvents<undefined> =>
  createRepeatedEvents<undefined>({
    ...options,
    failure: "It could not be recorded yet that events were lost",
    kindOf: () => "events",
    keep: () => undefined,
    toEvent: (_, events) => ({
      ...{ tenantId: SYSTEM_TENANT_ID, action: "audit.not_recorded", status: "failure", request: null },
      actor: { kind: "system", id: "audit", name: "Signalbox" },
      resource: { id: null },
      details: { events },
    }),
  });
