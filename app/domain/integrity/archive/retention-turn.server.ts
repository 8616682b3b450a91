import type { Database } from "#db/database.ts";

/** A run of retention over all tenants, while it is this process's turn. */
export interface Sweep {
  id: string;
  /** Keeps others away for longer. @throws when another has taken over meanwhile */
  stay(): Promise<void>;
  finish(result: {
    archivedEvents: number;
    bytes: number;
    deletedEvents: number;
    droppedPartitions: number;
    errors: readonly unknown[];
  }): Promise<void>;
}

/** Runs older than this are forgotten. */
const keptDays = 400;

/** Begins a run, unless another is under way: undefined. A lease, since a run is many transactions. */
export async function takeTurn(
  db: Database,
  { id, leaseMs }: { id: string; leaseMs: number },
): Promise<Sweep | undefined> {
  const lease = leaseMs / 1_000;
  const isTaken = await db.withSql(async (sql) => {
    const taken = await sql`
      update audit_retention_lease set sweep_id = ${id}, leased_until = now() + make_interval(secs => ${lease})
      where leased_until < now()`;
    if (taken.count === 0) return false;
    await sql`insert into audit_sweeps (id) values (${id})`;
    await sql`delete from audit_sweeps where started_at < now() - make_interval(days => ${keptDays})`;
    return true;
  });
  if (!isTaken) return undefined;
  return {
    id,

    async stay() {
      const stayed = await db.withSql(
        (sql) => sql`
          update audit_retention_lease set leased_until = now() + make_interval(secs => ${lease})
          where sweep_id = ${id}`,
      );
      if (stayed.count === 0) throw new Error("Another run of retention has taken over.");
    },

    async finish({ archivedEvents, bytes, deletedEvents, droppedPartitions, errors }) {
      await db.withSql(async (sql) => {
        await sql`
          update audit_sweeps set
            finished_at = now(), archived_events = ${archivedEvents}, bytes = ${bytes},
            deleted_events = ${deletedEvents}, dropped_partitions = ${droppedPartitions}, errors = ${errors.length}
          where id = ${id}`;
        await sql`
          update audit_retention_lease set sweep_id = null, leased_until = '-infinity' where sweep_id = ${id}`;
      });
    },
  };
}
