import type { Database } from "#db/database.ts";
import type { InstanceReport } from "./schema.ts";

/** What a process is, for as long as it runs. */
export interface InstanceFacts {
  id: string;
  role: string;
  host: string;
  pid: number;
  version: string;
  startedAt: Date;
}

export interface InstanceBeatOptions {
  db: Database;
  log: { warn(fields: object, message: string): void };
  facts: InstanceFacts;
  report(): InstanceReport;
  intervalMs?: number;
}

export interface InstanceBeat {
  start(): void;
  /** Takes the process off the list. */
  close(): Promise<void>;
}

/** Says every few seconds that this process is alive, and how it is doing. Never on a request's way. */
export function createInstanceBeat(options: InstanceBeatOptions): InstanceBeat {
  const { db, log, facts, report, intervalMs = 5_000 } = options;
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<void> = Promise.resolve();
  let isFailing = false;

  const beat = (): Promise<void> =>
    db.withSql(async (sql) => {
      await sql`
        insert into instances (id, role, host, pid, version, started_at, report)
        values (${facts.id}, ${facts.role}, ${facts.host}, ${facts.pid}, ${facts.version}, ${facts.startedAt},
          ${JSON.stringify(report())}::text::jsonb)
        on conflict (id) do update set last_seen_at = now(), report = excluded.report`;
      // The killed take nobody off the list.
      await sql`delete from instances where last_seen_at < now() - interval '1 hour'`;
    });

  const tick = (): void => {
    beating = beat().then(
      () => {
        isFailing = false;
      },
      (error: unknown) => {
        // The database is away: once is enough to say so.
        if (!isFailing) log.warn({ err: error }, "This process could not say that it is alive");
        isFailing = true;
      },
    );
    void beating.then(() => {
      if (timer !== undefined) timer = setTimeout(tick, intervalMs).unref();
    });
  };

  return {
    start() {
      timer = setTimeout(tick, 0).unref();
    },
    async close() {
      clearTimeout(timer);
      timer = undefined;
      await beating;
      if (isFailing) return;
      try {
        await db.withSql((sql) => sql`delete from instances where id = ${facts.id}`);
      } catch (error) {
        log.warn({ err: error }, "This process stays on the list until it is forgotten");
      }
    },
  };
}
