import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";
import { createRouteTenant } from "#tests/routes/api-client.ts";
import { createTestDatabase } from "#tests/setup/database.ts";
import { keepLog } from "#tests/setup/kept-log.ts";
import { startTestServer } from "#tests/setup/server.ts";
import { startTcpProxy } from "#tests/setup/tcp-proxy.ts";
import { readNumbered } from "./numbered-sends.ts";

export interface SurvivedAbsence {
  sent: number;
  /** Answers while it was away. */
  refused: number;
  slowestRefusalMs: number;
  backAfterMs: number;
  /** What was logged beside the line of each request. */
  lines: string[];
}

const senders = 8;
const goodBeforeMs = 1_000;
/**
 * A server is sent messages without a pause while its database goes and comes back. Refusals come in
 * time, whatever was acknowledged is there once, and the log says what happened rather than how often.
 * @param how it ends connections, or keeps them and says nothing more
 */
export async function surviveAbsence(
  awayMs: number,
  how: "refuse" | "stall" = "refuse",
): Promise<SurvivedAbsence> {
  const database = await createTestDatabase();
  const proxy = await startTcpProxy(database.ownerUrl);
  const kept = keepLog("info");
  const server = await startTestServer({
    log: kept.log,
    database: {
      ...database,
      tenantUrl: proxy.through(database.tenantUrl),
      systemUrl: proxy.through(database.systemUrl),
    },
  });
  try {
    const tenant = await createRouteTenant(server.runtime, server.origin);
    const [sender, recipient] = [await tenant.addAgent("Sender"), await tenant.addAgent("Recipient")];
    await tenant.client.put(`/api/agents/${sender.id}/allowlist/${recipient.id}`);

    const answers: { askedAtMs: number; tookMs: number; status: number }[] = [];
    const acknowledged = new Map<number, string>();
    let number = 0;
    let isOver = false;
    const timed = async (ask: () => Promise<{ status: number; body: Record<string, unknown> }>) => {
      const askedAtMs = performance.now();
      const answer = await ask();
      answers.push({ askedAtMs, tookMs: performance.now() - askedAtMs, status: answer.status });
      // As a client that is told to come back later.
      if (answer.status === 503) await delay(20);
      return answer;
    };
    const work = [
      ...Array.from({ length: senders }, async () => {
        while (!isOver) {
          const mine = ++number;
          const body = {
            recipientId: recipient.id,
            type: "task_handoff",
            payload: { taskId: `numbered-${mine}`, description: "Count me once.", priority: "low" },
          };
          const key = { "Idempotency-Key": `numbered-${mine}` };
          for (let isSent = false; !isSent && !isOver; ) {
            const answer = await timed(() => sender.client.post("/api/messaging/send", body, key));
            isSent = answer.status === 201;
            if (isSent) acknowledged.set(mine, String(answer.body.messageId));
          }
        }
      }),
      ...["/api/agents", "/dashboard/agents.data", "/dashboard/inbox"].map(async (path) => {
        while (!isOver) await timed(() => tenant.client.get(path));
      }),
    ];
    const working = Promise.all(work);
    // Awaited below as well; a failure shows there.
    working.catch(() => undefined);

    await delay(goodBeforeMs);
    const goneAtMs = performance.now();
    await proxy[how]();
    await delay(awayMs);
    const restoredAtMs = performance.now();
    await proxy.restore();
    await expect
      .poll(() => answers.some(({ askedAtMs, status }) => askedAtMs > restoredAtMs && status === 201), {
        timeout: 10_000,
      })
      .toBe(true);
    const backAfterMs = performance.now() - restoredAtMs;
    await expect
      .poll(async () => (await server.fetch("/health/ready")).status, { timeout: 10_000 })
      .toBe(200);
    isOver = true;
    await working;

    const away = answers.filter(
      ({ askedAtMs, tookMs }) => askedAtMs > goneAtMs && askedAtMs + tookMs < restoredAtMs,
    );
    expect(new Set(away.map(({ status }) => status))).toEqual(new Set([503]));
    // Those that were under way when it went are to be answered in time, too.
    const refusals = answers
      .filter(({ askedAtMs, tookMs, status }) => status === 503 && askedAtMs + tookMs > goneAtMs)
      .map(({ askedAtMs, tookMs }) => tookMs - Math.max(0, goneAtMs - askedAtMs));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 201, 503]));

    const inbox = await readNumbered(server.origin, recipient.key, recipient.id);
    const found = new Map(inbox.numbered.map(({ number: one, id }) => [one, id]));
    expect(inbox.numbered, "nothing is there twice").toHaveLength(found.size);
    for (const [one, id] of acknowledged) expect(found.get(one), `message ${one}`).toBe(id);
    expect(inbox.sequences).toEqual(inbox.sequences.map((_, index) => index + 1));

    return {
      sent: acknowledged.size,
      refused: away.length,
      slowestRefusalMs: Math.max(...refusals),
      backAfterMs,
      lines: kept.lines.filter((line) => !line.includes('"msg":"request"')),
    };
  } finally {
    await server.close();
    await proxy.close();
    await database.drop();
  }
}
