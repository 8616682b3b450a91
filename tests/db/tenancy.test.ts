import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { seedTenant } from "./seed-tenant.ts";

let database: TestDatabase;
let asTenant: postgres.Sql;
let asSystem: postgres.Sql;
let ours: string;
let theirs: string;
/** Every table of ours in the database, as the catalogue has them. */
let tables: { name: string; key: string | null; partition: boolean }[];

// Tables that belong to the service, not to a tenant. A new table is a tenant table unless it is named here.
const serviceTables = new Set([
  "job_tasks",
  "worker_heartbeats",
  "instances",
  "rate_limits",
  "signing_keys",
  "audit_sealer",
  "audit_generations",
  "audit_sweeps",
  "audit_retention_lease",
  "invoice_counter",
  "alert_cursor",
  // Of people, who may belong to several tenants; the tenant login has no grant on them.
  "one_time_tokens",
  "sign_in_places",
  "sign_in_failures",
]);
const credentials: Record<string, string> = {
  users: "password_hash",
  sessions: "token_hash",
  api_keys: "key_hash",
  endpoints: "secret",
  alert_channels: "secret",
  refresh_tokens: "token_hash",
  invitations: "token_hash",
};

beforeAll(async () => {
  database = await createTestDatabase();
  asTenant = postgres(database.tenantUrl, { max: 2, onnotice: () => {} });
  asSystem = postgres(database.systemUrl, { max: 2, onnotice: () => {} });
  ours = await seedTenant(database.owner, "Ours");
  theirs = await seedTenant(database.owner, "Theirs");
  tables = await database.owner<typeof tables>`
    select c.relname as name, c.relispartition as partition,
           case when c.relname = 'tenants' then 'id'
                when exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') then 'tenant_id'
           end as key
      from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
     order by 1`;
});
afterAll(async () => {
  await asTenant.end();
  await asSystem.end();
  await database.drop();
});

const tenantTables = () => tables.filter(({ name }) => !serviceTables.has(name));
const parents = () => tenantTables().filter(({ partition }) => !partition);

/** What the tenant login sees of a table; a column list leaves out what it may not read. */
async function visible(sql: postgres.ISql, table: string): Promise<number> {
  const [row] = await sql.unsafe(`select count(1)::int as rows from "${table}"`);
  return row?.rows;
}

const inTenant = <T>(tenant: string, work: (sql: postgres.TransactionSql) => Promise<T>) =>
  asTenant.begin(async (sql) => {
    await sql`select set_config('app.tenant_id', ${tenant}, true)`;
    return work(sql);
  });

const refusal = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: { code?: string }) => error.code,
  );

const PERMISSION_DENIED = "42501";

describe("the tenant login", () => {
  test("with no tenant set sees nothing in any table", async () => {
    expect(parents().length).toBeGreaterThanOrEqual(12);
    for (const { name } of parents()) {
      expect(await visible(database.owner, name), `${name} holds rows`).toBeGreaterThan(1);
      expect(await visible(asTenant, name), name).toBe(0);
    }
  });

  test("sees nothing after a tenant was set in an earlier transaction of the same session", async () => {
    const single = postgres(database.tenantUrl, { max: 1 });
    await single.begin((sql) => sql`select set_config('app.tenant_id', ${ours}, true)`);
    for (const { name } of parents()) expect(await visible(single, name), name).toBe(0);
    await single.end();
  });

  test("sees its own tenant's rows and nobody else's", async () => {
    for (const { name, key } of parents()) {
      const expected = ["agents", "agent_terms", "mailboxes"].includes(name) ? 2 : 1;
      expect(await inTenant(ours, (sql) => visible(sql, name)), name).toBe(expected);
      if (key === null) continue;
      const foreign = await inTenant(ours, (sql) =>
        sql.unsafe(`select 1 from "${name}" where "${key}" = '${theirs}'`),
      );
      expect(foreign, name).toHaveLength(0);
    }
  });

  test("can neither write into another tenant nor move a row there", async () => {
    const agent = (tenant: string) => (sql: postgres.TransactionSql) =>
      sql`
      insert into agents (tenant_id, id, name, model_tier, token_quota)
      values (${tenant}, ${newUuid()}, 'intruder', 'haiku', 1)`;
    expect(await refusal(inTenant(ours, agent(theirs)))).toBe(PERMISSION_DENIED);
    expect(await refusal(inTenant(ours, (sql) => sql`update agents set tenant_id = ${theirs}`))).toBe(
      PERMISSION_DENIED,
    );
    const touched = await inTenant(
      ours,
      (sql) => sql`update agents set name = 'x' where tenant_id = ${theirs}`,
    );
    expect(touched.count).toBe(0);
    expect(await refusal(inTenant(ours, agent(ours)))).toBeUndefined();
    await database.owner`delete from agents where name = 'intruder'`;
  });

  test("cannot read what credentials are checked against", async () => {
    for (const [table, column] of Object.entries(credentials)) {
      const read = inTenant(ours, (sql) => sql.unsafe(`select "${column}" from "${table}"`));
      expect(await refusal(read), table).toBe(PERMISSION_DENIED);
      expect(await refusal(inTenant(ours, (sql) => sql.unsafe(`select * from "${table}"`))), table).toBe(
        PERMISSION_DENIED,
      );
    }
  });

  test("cannot become anybody else", async () => {
    for (const role of ["signalbox_system", "signalbox_owner", "postgres"])
      expect(await refusal(asTenant.unsafe(`set role ${role}`)), role).toBe(PERMISSION_DENIED);
  });

  test("reaches partitions through their parent only", async () => {
    const partitions = tables.filter(({ partition }) => partition);
    expect(partitions.length).toBeGreaterThanOrEqual(2);
    for (const { name } of partitions)
      for (const login of [asTenant, asSystem])
        expect(await refusal(visible(login, name)), name).toBe(PERMISSION_DENIED);
  });
});

describe("audit events", () => {
  const statements = [
    "update audit_events set action = 'forged'",
    "delete from audit_events",
    "truncate audit_events",
    "alter table audit_events disable row level security",
    "drop table audit_events",
  ];

  test.each(statements)("no runtime login may: %s", async (statement) => {
    expect(await refusal(inTenant(ours, (sql) => sql.unsafe(statement)))).toBe(PERMISSION_DENIED);
    expect(await refusal(asSystem.unsafe(statement))).toBe(PERMISSION_DENIED);
    for (const { name } of tables.filter(({ partition }) => partition))
      expect(await refusal(asSystem.unsafe(statement.replace("audit_events", name)))).toBe(PERMISSION_DENIED);
    expect(await visible(database.owner, "audit_events")).toBe(2);
  });

  test("both may add to them", async () => {
    const event = (sql: postgres.ISql) => sql`
      insert into audit_events (tenant_id, id, actor_kind, action, resource_type, status)
      values (${ours}, ${newUuid()}, 'system', 'added', 'test', 'success')`;
    await inTenant(ours, event);
    await asSystem.begin(event);
    expect(
      await inTenant(ours, (sql) => sql`select 1 from audit_events where action = 'added'`),
    ).toHaveLength(2);
    await database.owner`delete from audit_events where action = 'added'`;
  });
});

describe("the catalogue shows", () => {
  test("no tenant table or partition without forced row-level security and the owner's policy", async () => {
    const open = await database.owner<{ name: string }[]>`
      select c.relname as name from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
         and c.relname <> all(${[...serviceTables]})
         and not (c.relrowsecurity and c.relforcerowsecurity
                  and exists (select from pg_policy p where p.polrelid = c.oid and c.relowner = any(p.polroles)))`;
    expect(open).toEqual([]);
  });

  test("no tenant table that a policy opens to everybody, or to the tenant login without a condition", async () => {
    const lax = await database.owner`
      select tablename, policyname from pg_policies
       where schemaname = 'public'
         and ('public' = any(roles)
              or ('signalbox_tenant' = any(roles)
                  and (qual !~ 'app\\.tenant_id' or coalesce(with_check, qual) !~ 'app\\.tenant_id')))`;
    expect(lax).toEqual([]);
    const missing = parents().map(({ name }) => name);
    const covered = await database.owner<{ name: string }[]>`
      select tablename as name from pg_policies
       where schemaname = 'public' and roles && '{signalbox_tenant,signalbox_system}'::name[]
       group by 1 having count(*) = 2 order by 1`;
    expect(covered.map(({ name }) => name)).toEqual(missing);
  });

  test("no foreign key between tenant tables that leaves the tenant out", async () => {
    const loose = await database.owner`
      select con.conname, con.conrelid::regclass::text as child, con.confrelid::regclass::text as parent
        from pg_constraint con
       where con.contype = 'f' and con.connamespace = 'public'::regnamespace
         and exists (select from pg_attribute a where a.attrelid = con.conrelid and a.attname = 'tenant_id')
         and exists (select from pg_attribute a where a.attrelid = con.confrelid and a.attname = 'tenant_id')
         and not exists (
           select from unnest(con.conkey, con.confkey) as pair(child, parent)
             join pg_attribute c on c.attrelid = con.conrelid and c.attnum = pair.child
             join pg_attribute p on p.attrelid = con.confrelid and p.attnum = pair.parent
            where c.attname = 'tenant_id' and p.attname = 'tenant_id')`;
    expect(loose).toEqual([]);
    const [count] = await database.owner`select count(*)::int as keys from pg_constraint where contype = 'f'
      and connamespace = 'public'::regnamespace`;
    expect(count?.keys).toBeGreaterThan(8);
  });

  test("the tenant first in every tenant table's primary key", async () => {
    const wrong = await database.owner`
      select c.relname from pg_class c join pg_index i on i.indrelid = c.oid and i.indisprimary
        join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
       where c.relnamespace = 'public'::regnamespace and a.attname <> 'tenant_id'
         and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')`;
    expect(wrong).toEqual([]);
  });

  test("no runtime login that owns anything, bypasses row-level security or may make anything", async () => {
    const logins = await database.owner`
      select rolname, rolsuper or rolbypassrls or rolcreatedb or rolcreaterole or rolreplication as strong,
             exists (select from pg_shdepend d where d.refobjid = r.oid and d.deptype = 'o') as owns,
             exists (select from pg_auth_members m where m.member = r.oid) as joins,
             has_schema_privilege(rolname, 'public', 'create') or has_schema_privilege(rolname, 'graphile_worker', 'create')
               as makes
        from pg_roles r where rolname in ('signalbox_tenant', 'signalbox_system') order by 1`;
    const plain = { strong: false, owns: false, joins: false, makes: false };
    expect(logins).toEqual([
      { rolname: "signalbox_system", ...plain },
      { rolname: "signalbox_tenant", ...plain },
    ]);
  });

  test("an owner that is no superuser and does not bypass row-level security", async () => {
    const [owner] = await database.owner`
      select rolsuper or rolbypassrls as strong from pg_roles where rolname = current_user`;
    expect(owner).toEqual({ strong: false });
  });

  test("no function that runs as the owner without a fixed search path, or for everybody", async () => {
    const loose = await database.owner`
      select proname from pg_proc
       where pronamespace = 'public'::regnamespace and prosecdef
         and (not exists (select from unnest(proconfig) as setting where setting like 'search_path=pg_catalog, pg_temp')
              or has_function_privilege('public', oid, 'execute'))`;
    expect(loose).toEqual([]);
  });
});

describe("audit partitions", () => {
  test("are there for this month and the next", async () => {
    const [row] = await database.owner<{ expected: string[] }[]>`
      select array[to_char(now(), '"audit_events_"YYYY_MM'),
                   to_char(now() + interval '1 month', '"audit_events_"YYYY_MM')] as expected`;
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(row?.expected ?? []));
  });

  test("are made secured and attached, once, while events are written", async () => {
    const writer = await asSystem.reserve();
    await writer`begin`;
    await writer`insert into audit_events (tenant_id, id, actor_kind, action, resource_type, status)
                 values (${ours}, ${newUuid()}, 'system', 'meanwhile', 'test', 'success')`;
    const names = await Promise.all(
      [1, 2, 3].map(
        () => asSystem`select ensure_audit_partition((now() + interval '9 months')::date) as name`,
      ),
    );
    await writer`rollback`;
    writer.release();
    const name = names[0]?.[0]?.name;
    expect(names.map(([row]) => row?.name)).toEqual([name, name, name]);

    const [partition] = await database.owner`
      select c.relrowsecurity, c.relforcerowsecurity, i.inhparent::regclass::text as parent, c.relacl is null as ungranted
        from pg_class c join pg_inherits i on i.inhrelid = c.oid where c.relname = ${name}`;
    expect(partition).toEqual({
      relrowsecurity: true,
      relforcerowsecurity: true,
      parent: "audit_events",
      ungranted: true,
    });
    const indexes = await database.owner<{ count: number }[]>`
      select count(*)::int as count from pg_index where indrelid in ('audit_events'::regclass, ${name}::regclass)
       group by indrelid`;
    expect(indexes[0]?.count).toBe(indexes[1]?.count);

    await inTenant(
      ours,
      (sql) => sql`
      insert into audit_events (tenant_id, id, occurred_at, actor_kind, action, resource_type, status)
      values (${ours}, ${newUuid()}, now() + interval '9 months', 'system', 'future', 'test', 'success')`,
    );
    expect(
      await inTenant(theirs, (sql) => sql`select from audit_events where action = 'future'`),
    ).toHaveLength(0);
    const [stored] =
      await database.owner`select tableoid::regclass::text as table from audit_events where action = 'future'`;
    expect(stored?.table).toBe(name);
    await database.owner`delete from audit_events where action = 'future'`;
  });

  test("are made neither by the tenant login nor for months far away", async () => {
    expect(await refusal(inTenant(ours, (sql) => sql`select ensure_audit_partition(now()::date)`))).toBe(
      PERMISSION_DENIED,
    );
    for (const month of ["1999-01-01", "2999-01-01"])
      expect(await refusal(asSystem`select ensure_audit_partition(${month}::date)`)).toBe("22023");
  });
});
