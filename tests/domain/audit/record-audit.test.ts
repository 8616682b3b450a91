import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AnyAuditEvent } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { recordAudit } from "#app/domain/audit/record-audit.server.ts";
import { recordDenial } from "#app/domain/audit/record-denial.server.ts";
import { SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest, createTenantFixture, silentLog, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

let database: TestDatabase;
let tenant: TenantFixture;

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
});
afterAll(() => database.drop());

const paused = (reason: string): Extract<AnyAuditEvent, { action: "agent.paused" }> => ({
  tenantId: tenant.tenantId,
  actor: tenant.admin,
  action: "agent.paused",
  resource: { id: "agt_01", name: "Planner" },
  request: aRequest,
  correlationId: "deploy-7",
  details: { reason },
});

const stored = (reason: string) =>
  database.owner`
    select tenant_id, actor_kind, actor_id, actor_name, action, resource_type, resource_id, resource_name, status,
      request_id, correlation_id, ip_hash, details, sealed_details, erasable_details, generation,
      octet_length(commitment) as commitment_bytes, octet_length(salt) as salt_bytes,
      occurred_at between now() - interval '1 minute' and now() as is_now
    from audit_events where details ->> 'reason' = ${reason}
  `;

describe("an audit event", () => {
  test("is stored the same through Drizzle and in a set", async () => {
    await database.db.asTenant(tenant.tenantId, (tx) => recordAudit(tx, paused("same")));
    await database.db.withSql((sql) => insertAuditEvents(sql, [paused("same"), paused("same")]));
    const rows = await stored("same");
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({
      tenant_id: toUuid(tenant.tenantId),
      actor_kind: "user",
      actor_id: tenant.adminId,
      actor_name: "Ada Admin",
      action: "agent.paused",
      resource_type: "agent",
      resource_id: "agt_01",
      resource_name: "Planner",
      status: "success",
      request_id: "req-test",
      correlation_id: "deploy-7",
      ip_hash: Buffer.alloc(16, 7),
      details: { reason: "same" },
      sealed_details: "{}",
      erasable_details: '{"reason":"same"}',
      generation: 1,
      commitment_bytes: 32,
      salt_bytes: 16,
      is_now: true,
    });
    expect(rows[1]).toEqual(rows[0]);
    expect(rows[2]).toEqual(rows[0]);
  });

  test("of a transaction that fails is not there", async () => {
    const failing = database.db.asTenant(tenant.tenantId, async (tx) => {
      await recordAudit(tx, paused("rolled back"));
      throw new Error("the change failed");
    });
    await expect(failing).rejects.toThrow("the change failed");
    expect(await stored("rolled back")).toHaveLength(0);
  });

  test("cannot be written for another tenant", async () => {
    const foreign = { ...paused("foreign"), tenantId: SYSTEM_TENANT_ID };
    await expect(database.db.asTenant(tenant.tenantId, (tx) => recordAudit(tx, foreign))).rejects.toThrow();
    expect(await stored("foreign")).toHaveLength(0);
  });

  test("set may be empty", async () => {
    await database.db.withSql((sql) => insertAuditEvents(sql, []));
  });

  test("holds quotes, backslashes and other scripts as they are", async () => {
    const reason = `"quoted" \\back\\ 'single' {"json":1} — 日本語 \u{1f600}`;
    await database.db.withSql((sql) => insertAuditEvents(sql, [paused(reason)]));
    expect(await stored(reason)).toHaveLength(1);
  });
});

describe("a denial", () => {
  test("is recorded on its own, as denied unless it says otherwise", async () => {
    await recordDenial({ db: database.db, log: silentLog }, paused("denied"));
    expect(await stored("denied")).toMatchObject([{ status: "denied" }]);
  });

  test("that cannot be recorded is logged with the event and counted, and does not throw", async () => {
    const logged: [object, string][] = [];
    let failures = 0;
    const sink = {
      db: database.db,
      log: { error: (fields: object, message: string) => void logged.push([fields, message]) },
      metrics: {
        auditFailures: {
          inc: () => {
            failures += 1;
          },
        },
      },
    };
    await recordDenial(sink, { ...paused("x"), details: JSON.parse('{"unknown":1}') });
    expect(failures).toBe(1);
    expect(logged).toEqual([
      [
        expect.objectContaining({
          err: expect.any(Error),
          audit: expect.objectContaining({ action: "agent.paused", requestId: "req-test" }),
        }),
        "an audit event could not be recorded",
      ],
    ]);
  });
});
