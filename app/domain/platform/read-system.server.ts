import type { Database, Sql } from "#db/database.ts";
import { knownMigrations } from "#db/migrations-folder.server.ts";
import type { Actor } from "../auth/actor.ts";
import { deadAfterSeconds } from "./alive.ts";
import { readQueues } from "./read-queues.server.ts";
import { requirePlatformAdmin } from "./require-platform-admin.ts";
import {
  type DatabaseFacts,
  type InstanceView,
  instanceReportSchema,
  type SystemView,
  type WorkerView,
} from "./schema.ts";

/** How the service as a whole is doing: its processes, its queues, its database. */
export async function readSystem(db: Database, actor: Actor): Promise<SystemView> {
  requirePlatformAdmin(actor);
  const [queues, rest] = await Promise.all([
    readQueues(db),
    db.withSql(
      async (sql) => ({
        instances: await readInstances(sql),
        workers: await readWorkers(sql),
        database: await readDatabase(sql),
      }),
      { readOnly: true },
    ),
  ]);
  return { queues, ...rest };
}

interface AliveRow {
  started_at: Date;
  last_seen_at: Date;
  is_alive: boolean;
}

const alive = ({ started_at, last_seen_at, is_alive }: AliveRow) => ({
  startedAt: started_at.toISOString(),
  lastSeenAt: last_seen_at.toISOString(),
  isAlive: is_alive,
});

interface InstanceRow extends AliveRow {
  id: string;
  role: string;
  host: string;
  pid: number;
  version: string;
  report: unknown;
}

async function readInstances(sql: Sql): Promise<InstanceView[]> {
  const rows = await sql<InstanceRow[]>`
    select id, role, host, pid, version, started_at, last_seen_at, report,
      last_seen_at > now() - make_interval(secs => ${deadAfterSeconds}) as is_alive
    from instances order by started_at, id limit 200`;
  return rows.map((row) => ({
    id: row.id,
    role: row.role,
    host: row.host,
    pid: row.pid,
    version: row.version,
    ...alive(row),
    report: instanceReportSchema.safeParse(row.report).data ?? null,
  }));
}

async function readWorkers(sql: Sql): Promise<WorkerView[]> {
  const rows = await sql<(AliveRow & { worker_id: string; runner: string })[]>`
    select worker_id, runner, started_at, last_seen_at,
      last_seen_at > now() - make_interval(secs => ${deadAfterSeconds}) as is_alive
    from worker_heartbeats order by runner, started_at limit 200`;
  return rows.map((row) => ({ workerId: row.worker_id, runner: row.runner, ...alive(row) }));
}

interface DatabaseRow {
  version: string;
  size_bytes: string;
  connections: number;
  applied: number;
  newest: string | null;
}

async function readDatabase(sql: Sql): Promise<DatabaseFacts> {
  const [row] = await sql<DatabaseRow[]>`
    select current_setting('server_version') as version,
      pg_database_size(current_database())::text as size_bytes,
      (select count(*)::int from pg_stat_activity where datname = current_database()) as connections,
      (select count(*)::int from drizzle.__drizzle_migrations) as applied,
      (select max(created_at)::text from drizzle.__drizzle_migrations) as newest`;
  if (row === undefined) throw new Error("The database said nothing of itself.");
  const newestMs = row.newest === null ? undefined : Number(row.newest);
  const known = knownMigrations();
  return {
    version: row.version,
    sizeBytes: Number(row.size_bytes),
    connections: row.connections,
    migrations: {
      applied: row.applied,
      newest: known.find(({ when }) => when === newestMs)?.tag ?? null,
      newestAt: newestMs === undefined ? null : new Date(newestMs).toISOString(),
      missing: known.filter(({ when }) => newestMs === undefined || when > newestMs).length,
    },
  };
}
