import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sealEvents } from "#app/domain/integrity/seal-events.server.ts";
import { toTypeId, toUuid } from "#db/ids.ts";
import { settled } from "#tests/domain/integrity/trail-fixture.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { createRouteTenant, type RouteTenant } from "./api-client.ts";

const run = promisify(execFile);

let server: TestServer;
let tenant: RouteTenant;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "signalbox-proof-"));
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  for (const name of ["One", "Two", "Three"]) await tenant.addAgent(name);
  await settled(server.database.owner);
  await sealEvents(server.runtime.db, server.runtime.trail.secrets);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

test("the documented verifier proves every event, and none that was changed", async () => {
  const doc = await readFile(join(import.meta.dirname, "../../docs/audit-integrity.md"), "utf8");
  const script = /```js verify-proof\.mjs\n(.*?)```/s.exec(doc)?.[1] ?? "";
  const [program, proofFile, keyFile] = ["verify-proof.mjs", "proof.json", "key.pem"].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  await writeFile(program, script);
  const keys = (await tenant.client.get("/api/audit/keys")).body.keys as { publicKey: string }[];
  await writeFile(keyFile, keys[0]?.publicKey ?? "");
  const events = await server.database.owner<{ id: string }[]>`
    select id from audit_events where tenant_id = ${toUuid(tenant.tenantId)} order by occurred_at, id`;
  expect(events.length).toBeGreaterThan(5);
  for (const { id } of events) {
    const { text } = await tenant.client.get(`/api/audit/logs/${toTypeId("evt", id)}/proof`);
    await writeFile(proofFile, text);
    const { stdout } = await run(process.execPath, [program, proofFile, keyFile]);
    expect(stdout).toMatch(/^Sealed as part of seal 1 at /);
    expect(stdout).toContain(toTypeId("evt", id));
    await writeFile(proofFile, text.replace("success", "failure"));
    await expect(run(process.execPath, [program, proofFile, keyFile])).rejects.toMatchObject({ code: 1 });
  }
});
