import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { storePastEvents } from "#tests/domain/audit/past-events.ts";
import { createPlatformAdminFixture, type PlatformAdminFixture } from "#tests/setup/platform-admin.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let platform: PlatformAdminFixture;
let tenant: RouteTenant;
let other: RouteTenant;

beforeAll(async () => {
  server = await startTestServer();
  platform = await createPlatformAdminFixture(server.database.db);
  tenant = await createRouteTenant(server.runtime, server.origin);
  other = await createRouteTenant(server.runtime, server.origin);
  for (const { tenantId } of [tenant, other])
    await storePastEvents(
      server.database.owner,
      tenantId,
      Array.from({ length: 120 }, (_, n) => ({
        at: `2026-03-01T00:${String(Math.floor(n / 60)).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}Z`,
        action: "agent.paused",
        actor: { kind: "user", id: `usr_${n}`, name: `Nr ${n} of ${tenantId}` },
        correlationId: "of both",
      })),
    );
});
afterAll(() => server.close());

type Who = Parameters<TestServer["signIn"]>[0];

async function get(path: string, who: Who = platform) {
  const response = await server.fetch(path, { headers: { Cookie: await server.signIn(who) } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const of = ({ tenantId }: RouteTenant, rest = "") => `tenantId=${tenantId}&correlationId=of+both${rest}`;

/** Whose events a page shows, by the names of their actors. */
const shownOf = (text: string, { tenantId }: RouteTenant): number =>
  new Set(text.match(new RegExp(`Nr \\d+ of ${tenantId}`, "g"))).size;

describe("the page of everybody's trail", () => {
  test("shows all tenants' events with their tenants' names", async () => {
    const { status, text } = await get("/admin/audit?correlationId=of+both");
    expect(status).toBe(200);
    expect(shownOf(text, tenant) + shownOf(text, other)).toBe(50);
    expect(shownOf(text, tenant)).toBeGreaterThan(0);
    expect(shownOf(text, other)).toBeGreaterThan(0);
    expect(text).toMatch(/<th[^>]*>Tenant<\/th>/);
  });

  test("shows one tenant's where it is chosen, and keeps the choice in what leads on", async () => {
    const { text } = await get(`/admin/audit?${of(tenant)}`);
    expect(shownOf(text, tenant)).toBe(50);
    expect(shownOf(text, other)).toBe(0);
    expect(text).not.toMatch(/<th[^>]*>Tenant<\/th>/);
    const links = [...text.matchAll(/href="(\/admin\/audit(?:\/export)?\?[^"]+)"/g)].map(([, href]) => href);
    expect(links.length).toBeGreaterThan(4);
    for (const href of links) expect(href).toContain(tenant.tenantId);
    expect(text).toMatch(new RegExp(`<option value="${tenant.tenantId}" selected`));
  });

  test("counts what is newer, and how many there are over time, of the tenant alone", async () => {
    const since = "0-00000000000000000000000000";
    const newer = await get(`/admin/audit/new?${of(tenant, `&since=${since}&actor=usr_7`)}`);
    expect(JSON.parse(newer.text)).toMatchObject({ count: 1, isExact: true });
    const span = "&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z";
    const countOf = async (search: string): Promise<number> => {
      const { volume } = JSON.parse((await get(`/admin/audit/volume?${search}`)).text);
      return volume.points.reduce((sum: number, { count }: { count: number }) => sum + count, 0);
    };
    expect(await countOf(of(tenant, span))).toBe(120);
    // Of several tenants' an estimate.
    expect(await countOf(`correlationId=of+both${span}`)).toBeGreaterThan(150);
  });

  test.each(["", "/export?format=csv&", "/new?since=0-00000000000000000000000000&", "/volume?"])(
    "is for those who administer the service: %s",
    async (path) => {
      expect((await get(`/admin/audit${path === "" ? "?" : path}${of(tenant)}`, tenant)).status).toBe(403);
    },
  );

  test("says that there is no such tenant", async () => {
    expect((await get("/admin/audit?tenantId=ten_01h455vb4pex5vsknk084sn02q")).status).toBe(404);
    expect((await get("/admin/audit?tenantId=nobody")).status).toBe(400);
  });
});

describe("its export", () => {
  test("of one tenant is that tenant's, is told of in its trail, and its digest is found there", async () => {
    const { text, headers } = await get(`/admin/audit/export?format=ndjson&${of(tenant)}`);
    expect(text.trimEnd().split("\n")).toHaveLength(120);
    const id = headers.get("X-Export-Id");
    const sha256 = createHash("sha256").update(text).digest("hex");
    const result = await get(`/admin/audit/exports/${id}?tenantId=${tenant.tenantId}`);
    expect(JSON.parse(result.text)).toMatchObject({ rows: 120, sha256 });
    expect((await get(`/admin/audit/exports/${id}?tenantId=${other.tenantId}`)).status).toBe(404);
    const seen = await tenant.client.get(`/api/audit/logs?resourceId=${id}`);
    expect(seen.body.logs).toMatchObject([
      { action: "audit.export.finished", actor: { id: platform.actor.id } },
      { action: "audit.export.started", details: { reach: "tenant" } },
    ]);
  });

  test("of all is everybody's, and is told of in the service's own trail", async () => {
    const { text, headers } = await get("/admin/audit/export?format=csv&correlationId=of+both");
    expect(text.trimEnd().split("\r\n")).toHaveLength(241);
    const id = headers.get("X-Export-Id");
    expect(JSON.parse((await get(`/admin/audit/exports/${id}`)).text)).toMatchObject({ rows: 240 });
    expect((await tenant.client.get(`/api/audit/logs?resourceId=${id}`)).body.logs).toEqual([]);
  });
});

describe("turning pages", () => {
  const hrefOf = (text: string, name: string): string => {
    const [, href = ""] = new RegExp(`href="([^"]+)"[^>]*>${name}</a>`).exec(text) ?? [];
    return href.replaceAll("&amp;", "&");
  };
  const numbers = (text: string): number[] => [
    ...new Set([...text.matchAll(/title="Nr (\d+) of/g)].map(([, n]) => Number(n))),
  ];
  const down = (from: number, count: number) => Array.from({ length: count }, (_, n) => from - n);

  test("goes to what is older, and back to the very page it came from", async () => {
    const first = await get(`/admin/audit?${of(tenant)}`);
    expect(numbers(first.text)).toEqual(down(119, 50));
    expect(hrefOf(first.text, "Newer")).toBe("");
    const second = await get(hrefOf(first.text, "Older"));
    expect(numbers(second.text)).toEqual(down(69, 50));
    const third = await get(hrefOf(second.text, "Older"));
    expect(numbers(third.text)).toEqual(down(19, 20));
    const back = await get(hrefOf(third.text, "Newer"));
    expect(numbers(back.text)).toEqual(down(69, 50));
    // From there on both ways are open again.
    expect(numbers((await get(hrefOf(back.text, "Older"))).text)).toEqual(down(19, 20));
    const top = await get(hrefOf(back.text, "Newer"));
    expect(numbers(top.text)).toEqual(down(119, 50));
    expect(hrefOf(top.text, "Newer")).toBe("");
  });
});
