import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import type { Scope } from "#app/domain/auth/scopes.ts";
import { closeMonths } from "#app/domain/billing/close-months.server.ts";
import { addMonths, boundsOf, periodOf } from "#app/domain/usage/period.ts";
import { newId } from "#db/ids.ts";
import { addMember } from "#tests/setup/add-member.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { aRequest } from "#tests/setup/tenant-fixture.ts";
import { type ApiClient, apiClient, bearer, createRouteTenant, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let other: RouteTenant;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  other = await createRouteTenant(server.runtime, server.origin);
  await tenant.addAgent("Scout", { modelTier: "opus", thinkingMode: "high" });
});
afterAll(() => server.close());

/** This month's bill, a month and two later: as if they were over. */
async function closeTwoMonths(): Promise<void> {
  const inTwoMonths = boundsOf(addMonths(periodOf(Date.now()), 2)).startMs;
  await closeMonths(server.runtime.db, { nowMs: inTwoMonths });
}

describe("over HTTP", () => {
  test("the overview has this month's lines and total, and as CSV the same", async () => {
    const { status, body } = await tenant.client.get("/api/billing/overview");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{
        period: periodOf(Date.now()),
        nextBillingDate: addMonths(periodOf(Date.now()), 1),
        lastMonth: null,
      },
      plan: { plan: "starter", baseMicros: 99_000_000 },
      agents: { included: {}, additional: { opus: 1 } },
      overage: { offered: false, enabled: false },
    });
    const csv = await tenant.client.get("/api/billing/overview?format=csv");
    expect(csv.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(csv.headers.get("Content-Disposition")).toMatch(
      /^attachment; filename="statement-\d{4}-\d\d\.csv"$/,
    );
    const lines = csv.text.trimEnd().split("\r\n");
    expect(lines.at(-1)).toMatch(/,total,,Total,,,,\d+\.\d\d,\d+$/);
    expect(lines.at(-1)?.split(",").at(-1)).toBe(String(body.totalMicros));
  });

  test("overage and plan are put by admins", async () => {
    const { client } = tenant;
    const refused = await client.put("/api/billing/overage", { enabled: true });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      code: "conflict",
      detail: "The starter plan has no overage. Change the plan first.",
    });
    const changed = await client.put("/api/billing/plan", { plan: "growth" });
    expect([changed.status, changed.body]).toEqual([200, { plan: "growth", overage: false }]);
    const on = await client.put("/api/billing/overage", { enabled: true });
    expect([on.status, on.body]).toEqual([200, { enabled: true }]);
    expect((await client.get("/api/billing/overview")).body).toMatchObject({ overage: { enabled: true } });
  });

  test("what is no plan and no switch is refused by its name", async () => {
    for (const [path, body, field] of [
      ["/api/billing/overage", { enabled: "yes" }, "enabled"],
      ["/api/billing/overage", {}, "enabled"],
      ["/api/billing/plan", { plan: "free" }, "plan"],
      ["/api/billing/plan", { plan: "growth", coupon: "x" }, "coupon"],
    ] as const) {
      const answer = await tenant.client.put(path, body);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ errors: [{ path: field }] });
    }
    for (const query of ["format=xml", "limit=5"])
      expect((await tenant.client.get(`/api/billing/overview?${query}`)).status).toBe(400);
    expect((await tenant.client.get("/api/billing/invoices?cursor=bil_1")).status).toBe(400);
  });

  test("invoices are listed by pages, read, and had as CSV", async () => {
    const { client } = tenant;
    expect((await client.get("/api/billing/invoices")).body).toEqual({ invoices: [], nextCursor: null });
    await closeTwoMonths();
    const first = await client.get("/api/billing/invoices?limit=1");
    expect(first.body).toMatchObject({ invoices: [{ period: addMonths(periodOf(Date.now()), 1) }] });
    const second = await client.get(`/api/billing/invoices?limit=1&cursor=${String(first.body.nextCursor)}`);
    expect(second.body).toMatchObject({ invoices: [{ period: periodOf(Date.now()) }], nextCursor: null });

    const id = idOf(first.body);
    const { status, body } = await client.get(`/api/billing/invoices/${id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ id, plan: "growth", totalMicros: 418_000_000, number: expect.stringMatching(/^INV-\d{6}$/) },
      lines: [
        { kind: "plan", item: "growth", amountMicros: 299_000_000 },
        { kind: "agent", item: "opus", quantity: 1, amountMicros: 99_000_000 },
        { kind: "thinking", item: "high", amountMicros: 20_000_000 },
      ],
    });
    const csv = await client.get(`/api/billing/invoices/${id}?format=csv`);
    expect(csv.headers.get("Content-Disposition")).toBe(`attachment; filename="${String(body.number)}.csv"`);
    expect(csv.text.split("\r\n").map((line) => line.split(",").slice(3))).toEqual([
      ["kind", "item", "description", "quantity", "unit", "unit_price_usd", "amount_usd", "amount_micros"],
      ["plan", "growth", "Growth plan", "1", "month", "299.00", "299.00", "299000000"],
      ["agent", "opus", "Additional opus agents", "1", "month", "99.00", "99.00", "99000000"],
      ["thinking", "high", "High thinking", "1", "month", "20.00", "20.00", "20000000"],
      ["total", "", "Total", "", "", "", "418.00", "418000000"],
      [],
    ]);
    const file = await client.get(`/dashboard/billing/invoices/${id}/csv`);
    expect(file.text).toBe(csv.text);
  });

  test("another tenant's invoice is not there", async () => {
    const { body } = await other.client.get("/api/billing/invoices?limit=1");
    for (const path of [
      `/api/billing/invoices/${idOf(body)}`,
      `/api/billing/invoices/${idOf(body)}?format=csv`,
      `/dashboard/billing/invoices/${idOf(body)}/csv`,
      `/api/billing/invoices/${newId("bil")}`,
    ])
      expect((await tenant.client.get(path)).status, path).toBe(404);
    const theirs = await other.client.get(`/api/billing/invoices/${idOf(body)}`);
    expect(theirs.body).toMatchObject({ plan: "starter", totalMicros: 99_000_000 });
  });

  test("a name that begins like a formula is no formula in a CSV", async () => {
    await server.database.owner`
      update tenants set name = '=HYPERLINK("x")' where id in (select tenant_id from invoices)`;
    await closeMonths(server.runtime.db, {
      nowMs: boundsOf(addMonths(periodOf(Date.now()), 3)).startMs,
    });
    const { body } = await tenant.client.get("/api/billing/invoices?limit=1");
    const csv = await tenant.client.get(`/api/billing/invoices/${idOf(body)}?format=csv`);
    expect(csv.text.split("\r\n")[1]).toContain(`,"'=HYPERLINK(""x"")",`);
  });
});

describe("who may", () => {
  const keyWith = async (scopes: Scope[]): Promise<ApiClient> => {
    const { db } = server.runtime;
    const { key } = await createApiKey(
      db,
      tenant.admin,
      { name: "service", agentId: null, scopes },
      aRequest,
    );
    return apiClient(server.origin, bearer(key));
  };

  test("read is an admin, a developer, a key with billing:read; nobody else", async () => {
    const reader = await keyWith(["billing:read"]);
    const stranger = await keyWith(["messages:read"]);
    for (const path of ["/api/billing/overview", "/api/billing/invoices"]) {
      expect((await reader.get(path)).status).toBe(200);
      expect((await stranger.get(path)).status).toBe(403);
    }
    expect((await reader.put("/api/billing/plan", { plan: "growth" })).status).toBe(403);
    expect((await reader.put("/api/billing/overage", { enabled: false })).status).toBe(403);
  });

  test("see the page is an admin with its switches, a developer without, and no member", async () => {
    const { db, credentials } = server.runtime;
    const page = async (who: { email: string; password: string }) => {
      const cookie = await server.signIn(who);
      const response = await server.fetch("/dashboard/billing", { headers: { Cookie: cookie } });
      return { status: response.status, html: await response.text() };
    };
    const admin = await page(tenant);
    expect(admin.status).toBe(200);
    expect(admin.html).toContain("Switch off");
    const developer = await page(await addMember(db, tenant.admin, "developer", { credentials }));
    expect(developer.status).toBe(200);
    expect(developer.html).not.toContain("Switch off");
    expect(developer.html).not.toContain("Change to");
    const member = await page(await addMember(db, tenant.admin, "member", { credentials }));
    expect(member.status).toBe(403);
  });
});

function idOf({ invoices }: Record<string, unknown>): string {
  const [first]: unknown[] = Array.isArray(invoices) ? invoices : [];
  if (typeof first !== "object" || first === null || !("id" in first)) throw new Error("No invoice");
  return String(first.id);
}
