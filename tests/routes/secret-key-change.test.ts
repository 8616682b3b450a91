import { afterAll, beforeAll, expect, test } from "vitest";
import { toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { startTestServer } from "#tests/setup/server.ts";
import { createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

const oldKey = "the secret key of before that has at least 32 characters";
const newKey = "the secret key from now on that has at least 32 characters";

let database: TestDatabase;
let tenant: TenantFixture;
beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
});
afterAll(() => database.drop());

/** Signs in as a browser does, with the cookies that it has; gives those that it has then. */
async function withServer<T>(
  env: Record<string, string>,
  work: (server: Awaited<ReturnType<typeof startTestServer>>) => Promise<T>,
): Promise<T> {
  const server = await startTestServer({ database, env });
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

test("people stay signed in and known at their browsers while the key before is still set, and not after", async () => {
  const signIn =
    (cookie: string) =>
    async (server: Awaited<ReturnType<typeof startTestServer>>): Promise<string> => {
      const answer = await server.fetch("/sign-in", {
        method: "POST",
        headers: { Origin: server.runtime.env.http.origin, Cookie: cookie },
        body: new URLSearchParams({ email: tenant.email, password: tenant.password }),
      });
      expect(answer.status).toBe(302);
      return answer.headers
        .getSetCookie()
        .map((one) => one.split(";", 1)[0])
        .join("; ");
    };
  const newest = async () => {
    const [row] = await database.owner<{ details: Record<string, unknown> }[]>`
      select details from audit_events
      where tenant_id = ${toUuid(tenant.tenantId)} and action = 'auth.login.succeeded' order by id desc limit 1`;
    return row?.details;
  };
  const before = await withServer({ SIGNALBOX_SECRET_KEY: oldKey }, signIn(""));
  expect(await newest()).toMatchObject({ newDevice: true });

  const device = before.split("; ").find((one) => one.startsWith("signalbox-device=")) ?? "";
  const both = { SIGNALBOX_SECRET_KEY: newKey, SIGNALBOX_SECRET_KEY_PREVIOUS: oldKey };
  const after = await withServer(both, async (server) => {
    const me = await server.fetch("/api/auth/me", { headers: { Cookie: before } });
    expect(me.status).toBe(200);
    return signIn(device)(server);
  });
  expect(await newest()).toMatchObject({ newDevice: false, newNetwork: false });

  await withServer({ SIGNALBOX_SECRET_KEY: newKey }, async (server) => {
    expect((await server.fetch("/api/auth/me", { headers: { Cookie: before } })).status).toBe(401);
    expect((await server.fetch("/api/auth/me", { headers: { Cookie: after } })).status).toBe(200);
  });
});
