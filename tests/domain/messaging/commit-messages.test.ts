import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { commitMessages } from "#app/domain/messaging/commit-messages.server.ts";
import { prepareSend } from "#app/domain/messaging/prepare-send.server.ts";
import { type SendMessageInput, sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { countRows, createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";

let database: TestDatabase;
let fleet: Fleet;

beforeAll(async () => {
  database = await createTestDatabase({ sqlPoolSize: 10 });
  fleet = await createFleet(database);
});
afterAll(() => database.drop());

const prepare = (from: AgentActor, to: AgentActor, label = "working") =>
  prepareSend(from, statusUpdate(to.id, {}, label), { request });

const sequencesOf = async (agent: AgentActor): Promise<number[]> => {
  const rows = await database.owner<{ sequence: string }[]>`
    select sequence from messages where recipient_id = ${toUuid(agent.id)} order by sequence`;
  return rows.map((row) => Number(row.sequence));
};

test("a mixed batch is decided one by one, in one transaction, each mailbox advanced once", async () => {
  const [a, b, c] = [await fleet.addAgent("A"), await fleet.addAgent("B"), await fleet.addAgent("C")];
  await fleet.allow(a, b, c);
  await fleet.allow(b, c);
  const stranger = (await createFleet(database, "Other")).admin;
  const batch = [
    prepare(a, b, "b1"),
    prepare(b, a, "blocked"),
    prepare(a, c, "c1"),
    prepareSend(a, statusUpdate(stranger.membershipId), { request }),
    prepare(b, c, "c2"),
    prepare(a, b, "b2"),
  ];
  const { outcomes, wakes } = await database.db.withSql((sql) => commitMessages(sql, batch));
  expect(outcomes).toMatchObject([
    { kind: "accepted", result: { messageId: batch[0]?.messageId, sequence: 1 } },
    { kind: "blocked", reason: "no_allowlist_edge", messageId: batch[1]?.messageId },
    { kind: "accepted", result: { sequence: 1 } },
    { kind: "rejected", error: { code: "not_found" } },
    { kind: "accepted", result: { sequence: 2 } },
    { kind: "accepted", result: { messageId: batch[5]?.messageId, sequence: 2 } },
  ]);
  expect(wakes).toHaveLength(2);
  const wake = wakes.find(({ mailboxUuid }) => mailboxUuid === toUuid(b.id));
  expect(wake).toMatchObject({ tenantUuid: toUuid(fleet.tenantId), sequence: 2, committed: { after: 0 } });
  expect(wake?.committed?.messages()).toMatchObject([
    { id: batch[0]?.messageId, sequence: 1, sender: { name: "A" } },
    { id: batch[5]?.messageId, sequence: 2 },
  ]);
  const transactions = await database.owner`
    select distinct xmin from messages where id = any(${batch.map((send) => send.messageUuid)})`;
  expect(transactions).toHaveLength(1);
  const [blocked] = await database.owner`select sequence from messages where recipient_id = ${toUuid(a.id)}`;
  expect(blocked).toEqual({ sequence: null });
});

test("an escalation to the desk waits there, most severe lowest; one to an agent, or blocked, does not", async () => {
  const [a, b, c] = [await fleet.addAgent("A"), await fleet.addAgent("B"), await fleet.addAgent("C")];
  await fleet.allow(a, b);
  const escalate = (to: SendMessageInput["recipientId"], severity: "low" | "critical") =>
    prepareSend(
      a,
      sendMessageSchema.parse({ recipientId: to, type: "escalation", payload: { reason: "Help", severity } }),
      { request },
    );
  const batch = [
    escalate("operators", "low"),
    prepare(a, b),
    escalate("operators", "critical"),
    escalate(b.id, "critical"),
    escalate(c.id, "critical"),
  ];
  await database.db.withSql((sql) => commitMessages(sql, batch));
  const waiting = await database.owner`
    select message_id, severity_rank from escalations where message_id = any(${batch.map((send) => send.messageUuid)})
    order by severity_rank`;
  expect(waiting).toEqual([
    { message_id: batch[2]?.messageUuid, severity_rank: 0 },
    { message_id: batch[0]?.messageUuid, severity_rank: 3 },
  ]);
});

test("ten concurrent senders, a tenth of their transactions aborted, leave no gap", async () => {
  const recipient = await fleet.addAgent("Recipient");
  const senders = await Promise.all(Array.from({ length: 10 }, (_, n) => fleet.addAgent(`Sender ${n}`)));
  for (const sender of senders) await fleet.allow(sender, recipient);
  const auditedBefore = await countRows(database, "audit_events", fleet.admin);

  const committed: string[] = [];
  let aborted = 0;
  await Promise.all(
    senders.map(async (sender, n) => {
      for (let round = 0; round < 30; round++) {
        const batch = Array.from({ length: 1 + ((n + round) % 4) }, () => prepare(sender, recipient));
        const isAborted = (n + round) % 10 === 0;
        const work = database.db.withSql(async (sql) => {
          await commitMessages(sql, batch);
          if (isAborted) throw new Error("aborted on purpose");
        });
        if (isAborted) {
          await expect(work).rejects.toThrow("aborted on purpose");
          aborted++;
        } else {
          await work;
          committed.push(...batch.map((send) => send.messageUuid));
        }
      }
    }),
  );

  expect(aborted).toBe(30);
  const sequences = await sequencesOf(recipient);
  expect(sequences).toEqual(committed.map((_, n) => n + 1));
  const [mailbox] =
    await database.owner`select last_sequence from mailboxes where id = ${toUuid(recipient.id)}`;
  expect(Number(mailbox?.last_sequence)).toBe(committed.length);
  expect(await countRows(database, "audit_events", fleet.admin)).toBe(auditedBefore + committed.length);
  const backwards = await database.owner`
    select 1 from messages a join messages b on b.recipient_id = a.recipient_id and b.sequence = a.sequence + 1
    where a.recipient_id = ${toUuid(recipient.id)} and b.created_at < a.created_at`;
  expect(backwards, "times follow the sequence").toHaveLength(0);
});

test("two processes that send to the same mailboxes in opposite order never deadlock", async () => {
  const sender = await fleet.addAgent("Sender");
  const recipients = await Promise.all(Array.from({ length: 8 }, (_, n) => fleet.addAgent(`R${n}`)));
  await fleet.allow(sender, ...recipients);
  const rounds = 60;
  const run = (ids: string[]) =>
    runSender({
      SENDER: JSON.stringify({ tenantId: sender.tenantId, id: sender.id, recipients: ids, rounds }),
      DATABASE_SYSTEM_URL: database.systemUrl,
      DATABASE_TENANT_URL: database.tenantUrl,
    });
  const ids = recipients.map((recipient) => recipient.id);
  expect(await Promise.all([run(ids), run(ids.toReversed())])).toEqual([
    { code: 0, output: `sent ${rounds * ids.length}` },
    { code: 0, output: `sent ${rounds * ids.length}` },
  ]);
  for (const recipient of recipients)
    expect(await sequencesOf(recipient)).toEqual(Array.from({ length: rounds * 2 }, (_, n) => n + 1));
}, 60_000);

function runSender(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const script = new URL("./send-in-order.ts", import.meta.url).pathname;
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(process.execPath, ["--import", "tsx", script], { env: { ...process.env, ...env } });
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("close", (code) => resolve({ code, output: output.trim() }));
  });
}
