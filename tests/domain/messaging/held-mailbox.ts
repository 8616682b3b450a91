import type { AgentActor } from "#app/domain/auth/actor.ts";
import { toUuid } from "#db/ids.ts";
import type { TestDatabase } from "#tests/setup/database.ts";

/** Holds a mailbox's lock until released, as a stuck transaction would. */
export async function lockMailbox({ owner }: TestDatabase, agent: AgentActor): Promise<() => Promise<void>> {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let locked = (): void => {};
  const isLocked = new Promise<void>((resolve) => {
    locked = resolve;
  });
  const held = owner.begin(async (sql) => {
    await sql`select 1 from mailboxes where id = ${toUuid(agent.id)} for update`;
    locked();
    await released;
  });
  await isLocked;
  return async () => {
    release();
    await held;
  };
}
