import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createHealth } from "#app/http/health.server.ts";
import { startTestServer, type TestServer } from "../setup/server.ts";
import { createAgentWithKey } from "./agent-with-key.ts";

describe("readiness", () => {
  test("names what fails, with a sentence", async () => {
    const health = createHealth();
    health.watch("database", () => undefined);
    health.watch("migrations", () => {
      throw new Error("the migration 0007 has not run");
    });
    expect(await health.ready()).toEqual({
      status: "failing",
      checks: {
        database: { status: "ok" },
        migrations: { status: "failing", detail: "the migration 0007 has not run" },
      },
    });
  });

  test("does not wait for a check that never answers", async () => {
    const health = createHealth({ timeoutMs: 20 });
    health.watch("database", () => new Promise(() => undefined));
    expect((await health.ready()).checks.database).toEqual({
      status: "failing",
      detail: "no answer within 20 ms",
    });
  });

  test("asks once for many probes, and again later", async () => {
    const check = vi.fn();
    const health = createHealth({ freshMs: 30 });
    health.watch("database", check);
    await Promise.all([health.ready(), health.ready(), health.ready()]);
    expect(check).toHaveBeenCalledTimes(1);
    await vi.waitFor(async () => {
      await health.ready();
      expect(check).toHaveBeenCalledTimes(2);
    });
  });

  test("ends when the process stops", async () => {
    const health = createHealth();
    expect((await health.ready()).status).toBe("ok");
    health.drain();
    expect((await health.ready()).status).toBe("failing");
  });
});

describe("the service's own pages", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  test("tell that the process is alive, and ready with its database and migrations", async () => {
    expect(await (await server.fetch("/health/live")).json()).toEqual({ status: "ok" });
    const ready = await server.fetch("/health/ready");
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({
      status: "ok",
      checks: { database: { status: "ok" }, migrations: { status: "ok" } },
    });
  });

  test("show figures to this machine, and to nobody through a proxy", async () => {
    await server.fetch("/api/ping");
    const figures = await server.fetch("/metrics");
    expect(figures.headers.get("Content-Type")).toContain("text/plain");
    const text = await figures.text();
    expect(text).toMatch(
      /signalbox_http_request_duration_seconds_count\{method="GET",route="\/api\/ping",surface="api",status="2xx"\} [1-9]/,
    );
    expect(text).toContain("signalbox_streams_open 0");
    expect((await server.fetch("/metrics", { headers: { "X-Forwarded-For": "203.0.113.9" } })).status).toBe(
      404,
    );
  });

  test("show figures to the bearer of the token alone, when there is one", async () => {
    const token = "a-token-for-the-scraper";
    const guarded = await startTestServer({ env: { SIGNALBOX_METRICS_TOKEN: token } });
    const ask = async (headers: Record<string, string>) =>
      (await guarded.fetch("/metrics", { headers })).status;
    expect(await ask({})).toBe(401);
    expect(await ask({ Authorization: "Bearer another-token-for-it" })).toBe(401);
    expect(await ask({ Authorization: `Bearer ${token}`, "X-Forwarded-For": "203.0.113.9" })).toBe(200);
    await guarded.close();
  });

  test("become not ready while the database is away, requests get 503 in time, and all comes back by itself", async () => {
    const { key } = await createAgentWithKey(server.database.db);
    const { owner, ownerUrl } = server.database;
    const name = new URL(ownerUrl).pathname.slice(1);
    const setAway = (away: boolean) =>
      owner.unsafe(`alter database ${name} connection limit ${away ? 0 : -1}`);
    await setAway(true);
    await owner`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = ${name} and usename in ('signalbox_tenant', 'signalbox_system')`;

    const startedAt = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        server.fetch("/api/agents", { headers: { Authorization: `Bearer ${key}` } }),
      ),
    );
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Retry-After")).toBe("1");
      expect(await answer.json()).toMatchObject({ code: "database_unavailable", category: "database" });
    }
    await vi.waitFor(
      async () => {
        const ready = await server.fetch("/health/ready");
        expect(ready.status).toBe(503);
        expect((await ready.json()).checks.database.status).toBe("failing");
      },
      { timeout: 5_000 },
    );
    expect((await server.fetch("/health/live")).status).toBe(200);

    await setAway(false);
    await vi.waitFor(async () => expect((await server.fetch("/health/ready")).status).toBe(200), {
      timeout: 10_000,
    });
    server.takeErrors();
  });
});
