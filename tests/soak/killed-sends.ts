import { expect } from "vitest";
import { z } from "zod";
import { type ServerProcess, startServerProcess } from "#tests/setup/server-process.ts";
import { readNumbered, sendNumbered } from "./numbered-sends.ts";

/** What dies: the server alone, with PostgreSQL left behind as an orphan, or both at once. */
export type Kill = "server" | "everything";

export interface KilledSendsOptions {
  /** Running, on this folder and port; the one that runs at the end is handed to `onRestarted` last. */
  server: ServerProcess;
  dataDir: string;
  port: number;
  senders: number;
  recipients: number;
  sendsEach: number;
  /** Spread evenly over the acknowledgements. */
  kills: readonly Kill[];
  onRestarted(server: ServerProcess): void;
}

export interface KilledSends {
  /** Of each restart, until it was ready. */
  restartMs: number[];
}

/**
 * Many senders send idempotently, one by one and in batches, each until it is acknowledged, while
 * the server is killed again and again. Then every acknowledged message is there once and no other,
 * and each mailbox has no gap.
 */
export async function sendThroughKills(options: KilledSendsOptions): Promise<KilledSends> {
  const { dataDir, port, sendsEach, onRestarted } = options;
  let { server } = options;
  const { senders, recipients } = await addAgents(server, options.senders, options.recipients);
  const recipientOf = (sender: number): Agent => at(recipients, sender % recipients.length);

  const acknowledged = new Map<number, string>();
  const total = senders.length * sendsEach;
  const waiting = [...options.kills];
  const restartMs: number[] = [];
  let restarting: Promise<void> | undefined;
  const restart = async (kill: Kill): Promise<void> => {
    if (kill === "everything") await server.killEverything();
    else await server.killServer();
    const startedAtMs = performance.now();
    server = await startServerProcess({ dataDir, port });
    onRestarted(server);
    restartMs.push(performance.now() - startedAtMs);
  };
  const onAcknowledged = async (number: number, messageId: string): Promise<void> => {
    expect(acknowledged.has(number), `message ${number} was acknowledged before`).toBe(false);
    acknowledged.set(number, messageId);
    const due = (total * (restartMs.length + 1)) / (options.kills.length + 1);
    if (acknowledged.size < due || restarting !== undefined) return;
    const kill = waiting.shift();
    if (kill === undefined) return;
    restarting = restart(kill).finally(() => {
      restarting = undefined;
    });
    // Awaited below as well; a failure shows there.
    restarting.catch(() => undefined);
  };

  // Whatever becomes of one sender, no server may be left behind by a restart in progress.
  const sent = await Promise.allSettled(
    senders.map((sender, n) =>
      sendNumbered({
        origin: () => server.origin,
        key: sender.key,
        recipientId: recipientOf(n).id,
        from: n * sendsEach + 1,
        count: sendsEach,
        concurrency: 4,
        // Every other sender has several messages a call.
        perCall: n % 2 === 0 ? 1 : 10,
        onAcknowledged,
      }),
    ),
  );
  while (restarting !== undefined) await restarting;
  for (const one of sent) if (one.status === "rejected") throw one.reason;

  expect(restartMs).toHaveLength(options.kills.length);
  expect(acknowledged.size).toBe(total);
  const found = new Map<number, string>();
  for (const recipient of recipients) {
    const inbox = await readNumbered(server.origin, recipient.key, recipient.id);
    expect(inbox.sequences, "a mailbox has no gap").toEqual(inbox.sequences.map((_, index) => index + 1));
    for (const { number, id } of inbox.numbered) {
      expect(found.has(number), `message ${number} is there twice`).toBe(false);
      found.set(number, id);
    }
  }
  expect(found).toEqual(acknowledged);
  return { restartMs };
}

interface Agent {
  id: string;
  key: string;
}

const agentSchema = z.object({ id: z.string() });
const keySchema = z.object({ key: z.string() });

/** Agents of their own in the demo's tenant, each sender with an edge to its recipient. */
async function addAgents(
  server: ServerProcess,
  senders: number,
  recipients: number,
): Promise<{ senders: Agent[]; recipients: Agent[] }> {
  const { admin } = server.demo();
  const signedIn = await fetch(`${server.origin}/sign-in`, {
    method: "POST",
    redirect: "manual",
    headers: { Origin: server.origin },
    body: new URLSearchParams(admin),
  });
  const cookie = signedIn.headers.getSetCookie().find((one) => one.startsWith("signalbox="));
  if (cookie === undefined) throw new Error(`Sign-in answered ${signedIn.status}.`);
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(server.origin + path, {
      method,
      headers: {
        Cookie: cookie.split(";", 1)[0] ?? "",
        Origin: server.origin,
        "Content-Type": "application/json",
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.status === 204 ? undefined : await response.json();
  };
  const add = async (name: string): Promise<Agent> => {
    const { id } = agentSchema.parse(
      await ask("POST", "/api/agents", { name, modelTier: "haiku", thinkingMode: "off" }),
    );
    const { key } = keySchema.parse(await ask("POST", "/api/auth/api-keys", { name, agentId: id }));
    return { id, key };
  };
  const made: { senders: Agent[]; recipients: Agent[] } = { senders: [], recipients: [] };
  for (let n = 0; n < recipients; n++) made.recipients.push(await add(`Recipient ${n}`));
  for (let n = 0; n < senders; n++) {
    const sender = await add(`Sender ${n}`);
    made.senders.push(sender);
    await ask("PUT", `/api/agents/${sender.id}/allowlist/${at(made.recipients, n % recipients).id}`);
  }
  return made;
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`There is no item ${index}.`);
  return item;
}
