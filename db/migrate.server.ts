import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as runDrizzleMigrations } from "drizzle-orm/postgres-js/migrator";
import { runMigrations as runWorkerMigrations, Logger as WorkerLogger } from "graphile-worker";
import postgres from "postgres";
import { type Log, silentLog } from "./log.ts";
import { migrationsFolder } from "./migrations-folder.server.ts";
import { checkLogin, ensureLogins, type RuntimeUrls, SYSTEM_LOGIN, TENANT_LOGIN } from "./roles.server.ts";

export interface MigrateOptions {
  /** The owner of the database: its tables, and no superuser needed. */
  ownerUrl: string;
  /** What the runtime logins' passwords are derived from. */
  secretKey: string;
  /** Both given: logins made by somebody else, used as they are. */
  tenantUrl?: string | undefined;
  systemUrl?: string | undefined;
  /** Names of the job tasks that may be enqueued (`jobs/catalog.ts`). */
  jobTasks: readonly string[];
  log?: Log;
}

// Any number, as long as it stays: servers that start together take turns by it.
const MIGRATION_LOCK = 7_411_209_233;
const MINIMUM_VERSION = 150_000;

/**
 * Brings the database to the newest schema, safe to call from any number of servers at once:
 * logins, our migrations, graphile-worker's, its grants, the job tasks, the audit trail's generation,
 * this and next month's audit partitions.
 * @returns how the runtime connects
 */
export async function migrate(options: MigrateOptions): Promise<RuntimeUrls> {
  const { ownerUrl, secretKey, tenantUrl, systemUrl, log = silentLog } = options;
  if ((tenantUrl === undefined) !== (systemUrl === undefined))
    throw new Error("Set DATABASE_TENANT_URL and DATABASE_SYSTEM_URL both, or neither.");
  const owner = postgres(ownerUrl, {
    max: 1,
    // The advisory lock is the session's: the connection must last as long as the migration.
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: "signalbox migrate", TimeZone: "UTC" },
  });
  try {
    const [version] = await owner<{ number: number; text: string }[]>`
      select current_setting('server_version_num')::int as number, current_setting('server_version') as text`;
    if (version === undefined || version.number < MINIMUM_VERSION)
      throw new Error(`Signalbox needs PostgreSQL 15 or newer; this is ${version?.text}.`);
    await takeTurn(owner, log);
    const urls =
      tenantUrl !== undefined && systemUrl !== undefined
        ? { tenantUrl, systemUrl }
        : await ensureLogins(owner, ownerUrl, secretKey, log);
    if (tenantUrl !== undefined) await checkLogin(tenantUrl, TENANT_LOGIN);
    if (systemUrl !== undefined) await checkLogin(systemUrl, SYSTEM_LOGIN);

    await runDrizzleMigrations(drizzle(owner, { casing: "snake_case" }), {
      migrationsFolder: migrationsFolder(),
    });
    await runWorkerMigrations({
      connectionString: ownerUrl,
      logger: new WorkerLogger(() => (_level, message) => log.debug({}, message)),
    });
    await grantToSystem(owner);
    await syncJobTasks(owner, options.jobTasks);
    await noteCluster(owner, log);
    await owner`select ensure_audit_partition(now()::date), ensure_audit_partition((now() + interval '1 month')::date)`;
    await checkLogin(urls.tenantUrl, TENANT_LOGIN);
    await checkLogin(urls.systemUrl, SYSTEM_LOGIN);
    return urls;
  } finally {
    await owner.end({ timeout: 5 });
  }
}

/** Waits until no other server migrates. */
async function takeTurn(owner: postgres.Sql, log: Log): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const [row] = await owner<
      { taken: boolean }[]
    >`select pg_try_advisory_lock(${MIGRATION_LOCK}::bigint) as taken`;
    if (row?.taken) return;
    if (attempt % 50 === 0) log.info({}, "Another server is migrating the database; waiting for it");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Lets the worker run as the system login: graphile-worker enables row-level security on its tables
 * and writes no policy, so that only their owner gets in. Repeated, because its newer versions may
 * bring new tables. The login may also see which migrations there are (`/health/ready`).
 */
async function grantToSystem(owner: postgres.Sql): Promise<void> {
  await owner.unsafe(`
    grant usage on schema graphile_worker, drizzle to ${SYSTEM_LOGIN};
    grant select on all tables in schema drizzle to ${SYSTEM_LOGIN};
    grant select, insert, update, delete on all tables in schema graphile_worker to ${SYSTEM_LOGIN};
    revoke insert, update, delete on graphile_worker.migrations from ${SYSTEM_LOGIN};
    grant usage on all sequences in schema graphile_worker to ${SYSTEM_LOGIN};
    do $$
    declare
      name text;
    begin
      for name in
        select c.relname from pg_class c
        where c.relnamespace = 'graphile_worker'::regnamespace and c.relkind = 'r' and c.relrowsecurity
          and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'signalbox_system')
      loop
        execute format(
          'create policy signalbox_system on graphile_worker.%I to ${SYSTEM_LOGIN} using (true) with check (true)', name);
      end loop;
    end
    $$;`);
}

/** Adds what is new. A name that is gone stays: a server of the version before may still enqueue it. */
async function syncJobTasks(owner: postgres.Sql, names: readonly string[]): Promise<void> {
  await owner`insert into job_tasks (name) select unnest(${owner.array([...names])}::text[]) on conflict do nothing`;
}

/**
 * Begins a new generation of audit events when the database was restored into another cluster, where
 * transaction ids are counted anew: `(generation, xid, id)` goes on growing.
 */
async function noteCluster(owner: postgres.Sql, log: Log): Promise<void> {
  const [cluster] = await owner<{ identifier: string; known: string | null; generation: number }[]>`
    select
      (select system_identifier::text from pg_control_system()) as identifier,
      (select system_identifier from audit_generations order by generation desc limit 1) as known,
      (select coalesce(max(generation), 0) + 1 from audit_generations)::int as generation`;
  if (cluster === undefined || cluster.known === cluster.identifier) return;
  const { identifier, generation } = cluster;
  await owner.begin(async (sql) => {
    await sql`insert into audit_generations (generation, system_identifier) values (${generation}, ${identifier})`;
    await sql.unsafe(`alter table audit_events alter column generation set default ${generation}`);
  });
  if (generation > 1) log.warn({ generation }, "The database was restored into another cluster");
}
