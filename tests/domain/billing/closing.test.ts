import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeMonths } from "#app/domain/billing/close-months.server.ts";
import type { StatementLine } from "#app/domain/billing/schema.ts";
import { DOLLAR } from "#app/domain/catalogue.ts";
import { createDatabase } from "#db/client.server.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import { addUsage, type BilledTenant, createBilledTenant } from "#tests/setup/billed-tenant.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const at = (time: string): number => Date.parse(time);
const close = (time: string) => closeMonths(database.db, { nowMs: at(time) });

interface KeptInvoice {
  tenant_id: string;
  sequence: number;
  number: string;
  period: string;
  plan: string;
  total_micros: number;
  lines: StatementLine[];
  issued_at: string;
}
const invoices = (tenantId?: TenantId) =>
  database.owner<KeptInvoice[]>`
    select tenant_id, sequence::int, number, period::text, plan, total_micros::float8, lines,
      to_char(issued_at at time zone 'utc', 'YYYY-MM-DD HH24:MI') as issued_at
    from invoices where ${tenantId === undefined ? database.owner`true` : database.owner`tenant_id = ${toUuid(tenantId)}`}
    order by sequence`;

const larkspur = (since = "2024-01-15T00:00:00Z"): Promise<BilledTenant> =>
  createBilledTenant(database.db, {
    ...{ plan: "growth", overage: true, since: new Date(since) },
    agents: [{ modelTier: "sonnet" }, { modelTier: "opus", thinkingMode: "high" }],
  });

/** Numbers 1, 2, 3 … and one invoice for each tenant and month, each with its audit event. */
async function expectWhole(count: number): Promise<void> {
  const all = await invoices();
  expect(all.map(({ sequence }) => sequence)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
  expect(new Set(all.map(({ tenant_id, period }) => `${tenant_id} ${period}`)).size).toBe(count);
  const [counter] = await database.owner`select last_sequence::int as last from invoice_counter`;
  expect(counter).toEqual({ last: count });
  const events = await database.owner`select resource_name from audit_events where action = 'invoice.issued'`;
  expect(events.map(({ resource_name }) => resource_name).sort()).toEqual(all.map(({ number }) => number));
}

describe("closing months", () => {
  test("freezes each month since a tenant's beginning into an invoice, the oldest first", async () => {
    const { tenantId, name, agents } = await larkspur();
    await addUsage(
      database.owner,
      { tenantId },
      { agentId: agents[0], day: "2024-02-29", tokens: 10_500_000 },
    );
    expect(await close("2024-03-31T23:59:59Z")).toEqual({ invoices: 2, failures: [] });
    const [january, february] = await invoices(tenantId);
    // From the fifteenth on: 17 of 31 days, each line to the cent.
    expect(january).toMatchObject({ number: "INV-000001", period: "2024-01-01", plan: "growth" });
    expect(january?.total_micros).toBe(163_970_000 + 54_290_000 + 10_970_000);
    expect(february).toMatchObject({
      number: "INV-000002",
      period: "2024-02-01",
      issued_at: "2024-03-31 23:59",
    });
    expect(february?.total_micros).toBe((299 + 99 + 20 + 2) * DOLLAR);
    expect(february?.lines.at(-1)).toMatchObject({ kind: "overage", item: "sonnet", quantity: 0.5 });
    expect(await close("2024-04-01T01:00:00Z")).toMatchObject({ invoices: 1 });
    const [event] = await database.owner`
      select tenant_id, actor_kind, actor_id, resource_type, details, tenant.name
      from audit_events event join tenants tenant on tenant.id = event.tenant_id
      where action = 'invoice.issued' order by occurred_at limit 1`;
    expect(event).toEqual({
      ...{
        tenant_id: toUuid(tenantId),
        name,
        actor_kind: "system",
        actor_id: "billing",
        resource_type: "invoice",
      },
      details: { period: "2024-01-01", totalMicros: january?.total_micros },
    });
    await expectWhole(3);
  });

  test("does nothing when it is run again, and nothing for a month that is not over", async () => {
    await larkspur();
    expect(await close("2024-01-31T23:59:59Z")).toMatchObject({ invoices: 0 });
    expect(await close("2024-02-01T00:00:00Z")).toMatchObject({ invoices: 1 });
    expect(await close("2024-02-29T23:59:59Z")).toMatchObject({ invoices: 0 });
    await expectWhole(1);
  });

  test("bills who is suspended, and never the service itself", async () => {
    const { tenantId } = await larkspur();
    await database.owner`update tenants set status = 'suspended' where id = ${toUuid(tenantId)}`;
    await database.owner`
      insert into plan_terms (tenant_id, valid_from, plan, overage)
      select id, '2023-01-01', plan, overage from tenants where is_system on conflict do nothing`;
    expect(await close("2024-03-01T01:00:00Z")).toMatchObject({ invoices: 2 });
    expect(new Set((await invoices()).map(({ tenant_id }) => tenant_id))).toEqual(
      new Set([toUuid(tenantId)]),
    );
  });

  test("puts what is reported late on the next invoice, and only once", async () => {
    const { tenantId, agents } = await larkspur("2024-01-01T00:00:00Z");
    const [sonnet, opus] = agents;
    const use = (agentId: typeof sonnet, day: string, tokens: number) =>
      addUsage(database.owner, { tenantId }, { agentId, day, tokens });
    await use(sonnet, "2024-01-10", 9_000_000);
    await close("2024-02-01T01:00:00Z");
    await use(sonnet, "2024-01-31", 2_000_000);
    await use(opus, "2024-01-31", 5_250_000);
    await close("2024-03-01T01:00:00Z");
    // Another week later, as late as it may be: of the month before the last.
    await use(sonnet, "2024-01-31", 500_000);
    await close("2024-04-01T01:00:00Z");
    await close("2024-05-01T01:00:00Z");
    const kept = await invoices(tenantId);
    const adjustments = kept.map(({ lines }) =>
      lines
        .filter(({ kind }) => kind === "adjustment")
        .map(({ item, period, quantity, amountMicros }) => [item, period, quantity, amountMicros / DOLLAR]),
    );
    expect(adjustments).toEqual([
      [],
      [
        ["sonnet", "2024-01-01", 1, 4],
        ["opus", "2024-01-01", 0.25, 5],
      ],
      [["sonnet", "2024-01-01", 0.5, 2]],
      [],
    ]);
    expect(kept.map(({ total_micros }) => total_micros / DOLLAR)).toEqual([418, 427, 420, 418]);
  });

  test("leaves an invoice as it was whatever changes later", async () => {
    const { tenantId } = await larkspur("2024-01-01T00:00:00Z");
    await close("2024-02-01T01:00:00Z");
    const before = await invoices(tenantId);
    await database.owner`update tenants set name = 'Renamed', plan = 'enterprise' where id = ${toUuid(tenantId)}`;
    await close("2024-02-20T01:00:00Z");
    expect(await invoices(tenantId)).toEqual(before);
    const refused = database.db.withSql((sql) => sql`update invoices set total_micros = 0`);
    await expect(refused).rejects.toMatchObject({ code: "42501" });
  });

  test("that fails for one tenant goes on with the others, and comes back to it", async () => {
    const broken = await larkspur();
    const sound = await larkspur();
    await database.owner`
      create function refuse_invoice() returns trigger language plpgsql as $$
      begin raise exception 'no invoice today'; end $$`;
    await database.owner.unsafe(`
      create trigger refuse_invoice before insert on invoices for each row
      when (new.tenant_id = '${toUuid(broken.tenantId)}') execute function refuse_invoice()`);
    const { invoices: made, failures } = await close("2024-03-01T01:00:00Z");
    expect(made).toBe(2);
    expect(failures).toMatchObject([{ tenantId: broken.tenantId, month: "2024-01-01" }]);
    await database.owner`drop trigger refuse_invoice on invoices`;
    expect(await close("2024-03-02T01:00:00Z")).toMatchObject({ invoices: 2, failures: [] });
    expect(await invoices(sound.tenantId)).toHaveLength(2);
    await expectWhole(4);
  });

  test("by two workers at once gives one invoice each, and numbers without a gap", async () => {
    for (let n = 0; n < 6; n += 1) await larkspur();
    const { tenantUrl, systemUrl } = database;
    const others = [0, 1].map(() => createDatabase({ tenantUrl, systemUrl, poolSize: 2 }));
    const done = await Promise.all(
      [database.db, ...others].map((db) => closeMonths(db, { nowMs: at("2024-05-01T01:00:00Z") })),
    );
    expect(done.flatMap(({ failures }) => failures)).toEqual([]);
    expect(done.reduce((sum, one) => sum + one.invoices, 0)).toBe(24);
    await expectWhole(24);
    await Promise.all(others.map((db) => db.close()));
  });

  test("that is killed at any moment leaves whole invoices, and the next run makes the rest", {
    timeout: 120_000,
  }, async () => {
    for (let n = 0; n < 2; n += 1) await larkspur();
    const outcomes: string[] = [];
    for (let killAt = 1; outcomes.at(-1) !== "finished"; killAt += 2) {
      outcomes.push(await runKilled(killAt));
      await expectWhole((await invoices()).length);
    }
    expect(outcomes).toContain("killed before a commit");
    await expectWhole(4);
    expect(await close("2024-03-01T01:00:00Z")).toMatchObject({ invoices: 0 });
  });
});

/** Where the process was killed; "finished" when it had fewer steps. */
async function runKilled(killAt: number): Promise<string> {
  const { tenantUrl, systemUrl } = database;
  const run = { tenantUrl, systemUrl, killAt, nowMs: at("2024-03-01T01:00:00Z") };
  const script = join(import.meta.dirname, "killed-closing.ts");
  const child = spawn(process.execPath, ["--no-warnings", "--import", "tsx", script, JSON.stringify(run)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  await once(child, "close");
  if (output === "") throw new Error("It ended by itself");
  return output.trim();
}
