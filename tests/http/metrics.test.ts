import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MailRefusedError } from "#app/domain/mail/mailer.ts";
import { countMails } from "#app/http/count-mails.server.ts";
import { createMetrics } from "#app/http/metrics.server.ts";
import { createSharedMetrics } from "#app/http/shared-metrics.server.ts";
import { newUuid } from "#db/ids.ts";
import { enqueueJob } from "#jobs/enqueue.ts";
import { findPromtool } from "../../scripts/find-promtool.mjs";
import { startTestServer, type TestServer } from "../setup/server.ts";
import { silentLog } from "../setup/tenant-fixture.ts";
import { createAgentWithKey } from "./agent-with-key.ts";

const promtool = await findPromtool();

let server: TestServer;
let agent: { agentId: string; key: string };

beforeAll(async () => {
  server = await startTestServer();
  agent = await createAgentWithKey(server.database.db);
});
afterAll(() => server.close());

const scrape = async (): Promise<string> => (await server.fetch("/metrics")).text();

/** The sum of a metric's series whose labels hold all of these. */
function seriesOf(text: string, name: string, ...labels: string[]): number | undefined {
  const values = text
    .split("\n")
    .filter((line) => new RegExp(`^${name}[{ ]`).test(line) && labels.every((label) => line.includes(label)))
    .map((line) => Number(line.slice(line.lastIndexOf(" "))));
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

const send = (body: object) =>
  server.fetch("/api/messaging/send", {
    method: "POST",
    headers: { Authorization: `Bearer ${agent.key}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

const escalation = {
  recipientId: "operators",
  type: "escalation",
  payload: { reason: "x", severity: "low" },
};

describe("the figures", () => {
  test("count what happens: sends, audit events, wake-ups, jobs that wait, refusals", async () => {
    const before = await scrape();
    expect((await send(escalation)).status).toBe(201);
    await server.database.db.asSystem((tx) => enqueueJob(tx, "purge-sessions", {}));
    server.runtime.metrics.rateLimitRefused("key");
    server.runtime.metrics.mail("sent");
    server.runtime.metrics.jobs.ran({ task: "purge-sessions", outcome: "succeeded", durationMs: 20 });
    const grown = (after: string, name: string, ...labels: string[]) =>
      (seriesOf(after, name, ...labels) ?? 0) - (seriesOf(before, name, ...labels) ?? 0);
    await expect
      .poll(async () => grown(await scrape(), "signalbox_wake_lag_seconds_count"))
      .toBeGreaterThan(0);
    // The database counts what a connection has written when it is next idle, within a second or so.
    await expect
      .poll(async () => grown(await scrape(), "signalbox_audit_events_total"), { timeout: 15_000 })
      .toBeGreaterThan(0);
    const after = await scrape();
    expect(grown(after, "signalbox_sends_total", 'outcome="accepted"')).toBe(1);
    expect(grown(after, "signalbox_rate_limit_refusals_total", 'limit="key"')).toBe(1);
    expect(grown(after, "signalbox_mails_total", 'outcome="sent"')).toBe(1);
    expect(grown(after, "signalbox_job_runs_total", 'task="purge-sessions"', 'outcome="succeeded"')).toBe(1);
    expect(seriesOf(after, "signalbox_queued_jobs", 'task="purge-sessions"', 'state="ready"')).toBe(1);
    expect(
      seriesOf(after, "signalbox_queue_oldest_job_age_seconds", 'task="purge-sessions"'),
    ).toBeGreaterThan(0);
    expect(
      grown(
        after,
        "signalbox_http_request_duration_seconds_count",
        'route="/api/messaging/send"',
        'status="2xx"',
      ),
    ).toBe(1);
  });

  test("have as many series for any number of addresses", async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        await server.fetch(`/nothing/${n}`);
        await server.fetch(`/api/agents/agt_${n}`);
        await server.fetch(`/dashboard/nothing/${n}.data`);
      }),
    );
    const routes = async () =>
      [...new Set([...(await scrape()).matchAll(/,route="([^"]*)"/g)].map(([, route]) => route))].sort();
    await expect
      .poll(routes)
      .toEqual(["/*", "/api/agents/:agentId", "/api/messaging/send", "/dashboard/*", "/metrics"]);
  });

  test("of all processes are left out while they cannot be read, and the rest is shown", async () => {
    const { registry } = createMetrics();
    const warnings: string[] = [];
    const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
    createSharedMetrics({ registry, log, read: () => Promise.reject(new Error("away")) });
    const text = await registry.metrics();
    expect(text).not.toMatch(
      /^signalbox_(?:queued_jobs|queue_oldest_job_age_seconds|audit_events_total)[{ ]/m,
    );
    expect(text).toContain("process_cpu_seconds_total");
    expect(warnings).toHaveLength(1);
  });
});

describe.skipIf(promtool === undefined)("Prometheus' own linter", () => {
  async function lint(text: string): Promise<{ code: number; output: string }> {
    const child = spawn(promtool ?? "", ["check", "metrics"], { stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
    child.stdin.end(text);
    const [code] = await once(child, "close");
    return { code: Number(code), output };
  }

  test("finds nothing to say of /metrics", async () => {
    expect((await send(escalation)).status).toBe(201);
    expect(await lint(await scrape())).toEqual({ code: 0, output: "" });
  });

  test("would say so", async () => {
    const { registry, gauge } = createMetrics();
    gauge("signalbox_things_total", "A gauge by a counter's name.", () => 1);
    expect((await lint(await registry.metrics())).output).toContain("signalbox_things_total");
    expect((await lint("nonsense{")).code).toBe(1);
  });
});

test("a mail is counted by what became of it", async () => {
  const counted: string[] = [];
  const answers: (Error | undefined)[] = [
    undefined,
    new MailRefusedError("no such mailbox"),
    new Error("the connection was lost"),
  ];
  const mailer = countMails(
    {
      async send() {
        const error = answers.shift();
        if (error !== undefined) throw error;
      },
    },
    (outcome) => counted.push(outcome),
  );
  const mail = { to: "a@example.com", subject: "x", text: "x", html: "x" };
  for (let n = 0; n < 3; n += 1)
    await mailer.send(mail, { id: newUuid(), name: "verify-email" }).catch(() => undefined);
  expect(counted).toEqual(["sent", "refused", "failed"]);
});

test("the log of the figures is quiet while the database is there", async () => {
  const { registry } = createMetrics();
  createSharedMetrics({
    registry,
    log: silentLog,
    read: async () => ({ queues: [], auditEvents: 3, pendingTellings: { email: 2 } }),
  });
  expect(await registry.metrics()).toContain("signalbox_audit_events_total 3");
});
