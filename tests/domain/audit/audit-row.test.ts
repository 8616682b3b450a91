import { describe, expect, test } from "vitest";
import type { AuditEvent } from "#app/domain/audit/audit-event.ts";
import { auditRow } from "#app/domain/audit/audit-row.ts";
import { commitmentDigest } from "#app/domain/audit/commitment.ts";
import { auditRegistry } from "#app/domain/audit/registry.ts";
import { maxDetailsBytes, scrubDetails } from "#app/domain/audit/scrub-details.ts";
import { SYSTEM_TENANT_ID, SYSTEM_TENANT_UUID } from "#db/ids.ts";

const event: AuditEvent<"agent.paused"> = {
  tenantId: SYSTEM_TENANT_ID,
  actor: { kind: "system", id: "jobs", name: "Signalbox" },
  action: "agent.paused",
  resource: { id: "agt_x", name: "Planner" },
  request: { requestId: "req-1", ipHash: Buffer.from("ab", "hex") },
  details: { reason: "too loud" },
};

describe("an audit event's row", () => {
  test("has its resource type from the registry, ids as UUIDs, bytes as hex, and success by default", () => {
    expect(auditRow(event)).toMatchObject({
      tenant_id: SYSTEM_TENANT_UUID,
      resource_type: "agent",
      resource_id: "agt_x",
      status: "success",
      request_id: "req-1",
      ip_hash: "ab",
      sealed_details: "{}",
      erasable_details: '{"reason":"too loud"}',
    });
    expect(auditRow(event).id).not.toBe(auditRow(event).id);
  });

  test("is refused for an action that the registry does not know", () => {
    const unknown = JSON.parse('{"action":"agent.vanished"}');
    expect(() => auditRow({ ...event, ...unknown })).toThrow(/"agent.vanished" is not in the audit registry/);
    expect(() => auditRow({ ...event, ...JSON.parse('{"action":"toString"}') })).toThrow(
      /not in the audit registry/,
    );
  });

  test("is refused for details that do not fit, missing or too many", () => {
    expect(() => auditRow({ ...event, details: JSON.parse("{}") })).toThrow(/details of agent.paused/);
    expect(() => auditRow({ ...event, details: JSON.parse('{"reason":null,"extra":1}') })).toThrow(
      /details of agent.paused/,
    );
  });
});

describe("what may have to be erased", () => {
  test("is the names, the address and what the registry names, committed to with a salt of its own", () => {
    const { commitment, salt } = auditRow(event);
    const parts = {
      actorName: "Signalbox",
      resourceName: "Planner",
      ipHash: "ab",
      details: '{"reason":"too loud"}',
    };
    expect(salt).toMatch(/^[0-9a-f]{32}$/);
    expect(commitment).toBe(commitmentDigest(salt ?? "", parts));
    expect(commitment).not.toBe(commitmentDigest(salt ?? "", { ...parts, actorName: "Someone" }));
    expect(auditRow(event).salt).not.toBe(salt);
  });

  test("is nothing for an event without names, address and texts", () => {
    const bare: AuditEvent<"agent.resumed"> = {
      tenantId: SYSTEM_TENANT_ID,
      actor: { kind: "system", id: "jobs", name: null },
      action: "agent.resumed",
      resource: { id: "agt_x" },
      request: null,
      details: {},
    };
    expect(auditRow(bare)).toMatchObject({ erasable_details: null, commitment: null, salt: null });
  });

  test("names only details that the action has", () => {
    for (const [action, { details, erasable }] of Object.entries(auditRegistry))
      for (const key of erasable) expect(Object.keys(details.shape), action).toContain(key);
  });
});

describe("details", () => {
  test("lose secrets by their key, at any depth, but not counts or quotas", () => {
    expect(
      scrubDetails({
        password: "hunter2",
        nested: [{ accessToken: "x", api_key: "y", Authorization: { scheme: "z" } }],
        tokenQuota: 5,
        inputTokens: 12,
        tokenless: "kept",
      }),
    ).toEqual({
      password: "[redacted]",
      nested: [{ accessToken: "[redacted]", api_key: "[redacted]", Authorization: "[redacted]" }],
      tokenQuota: 5,
      inputTokens: 12,
      tokenless: "kept",
    });
  });

  test("lose secrets by their form inside text", () => {
    const key = `sb_${"a1B2".repeat(9)}cd`;
    const { error } = scrubDetails({
      error: `failed with ${key}, Bearer abcdefgh123 at postgres://owner:s3cret@db/x`,
    });
    expect(error).toBe("failed with [redacted], [redacted] at postgres://owner:[redacted]@db/x");
  });

  test("are storable whatever they hold", () => {
    expect(
      scrubDetails({
        a: "x\0y",
        b: "lone \ud800 and \udc00",
        c: "pair \u{1f600}",
        d: Number.NaN,
        "k\0": 1,
      }),
    ).toEqual({
      a: "x\uFFFDy",
      b: "lone \uFFFD and \uFFFD",
      c: "pair \u{1f600}",
      d: "NaN",
      "k\uFFFD": 1,
    });
  });

  test("are cut to their bounds: strings, lists, depth, and the whole", () => {
    let deep: Record<string, unknown> = { end: true };
    for (let i = 0; i < 100; i += 1) deep = { deep };
    const scrubbed = scrubDetails({
      long: "x".repeat(5_000),
      list: Array.from({ length: 80 }, () => 1),
      deep,
    });
    expect(scrubbed.long).toHaveLength(1_001);
    expect(scrubbed.list).toHaveLength(51);
    expect(JSON.stringify(scrubbed.deep)).toContain("[…]");

    const big = scrubDetails({
      id: "agt_1",
      ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`text${i}`, "é".repeat(900)])),
    });
    expect(Buffer.byteLength(JSON.stringify(big))).toBeLessThanOrEqual(maxDetailsBytes);
    expect(big).toMatchObject({ truncated: true, id: "agt_1" });
  });

  test("cut text is never cut inside a character", () => {
    const { text } = scrubDetails({ text: `${"x".repeat(999)}\u{1f600}tail` });
    expect(text).toBe(`${"x".repeat(999)}…`);
  });
});
