import { afterAll, beforeAll, expect, test } from "vitest";
import { makeTrouble } from "#app/demo/fleet-trouble.server.ts";
import { setToolPolicy } from "#app/domain/tools/set-tool-policy.server.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let neighbour: RouteTenant;

beforeAll(async () => {
  server = await startTestServer({ env: { SIGNALBOX_ROLE: "all" } });
  tenant = await createRouteTenant(server.runtime, server.origin);
  neighbour = await createRouteTenant(server.runtime, server.origin);
});
afterAll(() => server.close());

test("the demo's trouble makes an alert of each kind that it means to, and nothing else goes wrong", async () => {
  const [first, last, stranger] = [
    await tenant.addAgent("First"),
    await tenant.addAgent("Last"),
    await tenant.addAgent("Stranger"),
  ];
  const policy = { allow: [], deny: ["payments.refund"] };
  await setToolPolicy(server.runtime.db, tenant.admin, first.id, policy, null);
  const ended = new AbortController();
  const members = [first, last].map(({ id, key }) => ({ id, key, name: "Demo", role: "planner" as const }));
  const missed: unknown[] = [];
  const running = makeTrouble({
    ...{ origin: server.origin, webOrigin: server.runtime.env.http.origin, agents: members },
    ...{ stranger: stranger.id, forgetful: tenant, neighbour, signal: ended.signal },
    log: { info() {}, debug: (fields: unknown) => missed.push(fields) },
    ...{ firstMs: 0, everyMs: 10 },
  });
  const kinds = async () => {
    const { body } = await tenant.client.get("/api/alerts");
    return new Set((body.alerts as { kind: string }[]).map(({ kind }) => kind));
  };
  await expect.poll(kinds, { timeout: 40_000 }).toEqual(
    new Set([
      "cross_tenant_access",
      "failed_login_threshold",
      "policy_denials",
      "refresh_token_reuse",
      // The browser of who forgets is one that was not seen before.
      "suspicious_activity",
      "tool_policy_violation",
    ]),
  );
  ended.abort();
  await running;
  expect(missed).toEqual([]);
}, 60_000);
