import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import type { SettledSend } from "#app/domain/messaging/commit-batch.server.ts";
import {
  type BatchItem,
  createMessageSender,
  type MessageSender,
  type MessageSenderOptions,
} from "#app/domain/messaging/message-sender.server.ts";
import type { Wake } from "#app/domain/messaging/prepared-send.ts";
import type { SendMessage } from "#app/domain/messaging/schema.ts";
import { toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { auditOf, createFleet, type Fleet, request, statusUpdate } from "./fleet.ts";
import { lockMailbox } from "./held-mailbox.ts";

let database: TestDatabase;
let fleet: Fleet;
let a: AgentActor;
let b: AgentActor;
let c: AgentActor;
let batches: number[];
let wakes: Wake[];
const opened: MessageSender[] = [];

function openSender(options: Partial<MessageSenderOptions> = {}): MessageSender {
  const sender = createMessageSender({
    db: database.db,
    log: pino({ level: "silent" }),
    metrics: { batchCommitted: ({ sends }) => batches.push(sends), waited: () => {} },
    onCommitted: (committed) => wakes.push(...committed),
    ...options,
  });
  opened.push(sender);
  return sender;
}

beforeAll(async () => {
  database = await createTestDatabase({ lockTimeoutMs: 300 });
  fleet = await createFleet(database);
});
beforeEach(async () => {
  [a, b, c] = [await fleet.addAgent("A"), await fleet.addAgent("B"), await fleet.addAgent("C")];
  await fleet.allow(a, b, c);
  batches = [];
  wakes = [];
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((sender) => sender.close()));
});
afterAll(() => database.drop());

const range = (count: number) => Array.from({ length: count }, (_, n) => n);
const item = (input: SendMessage, idempotencyKey?: string): BatchItem => ({ input, idempotencyKey });
const sendAll = (items: BatchItem[], sender = openSender()) => sender.sendBatch(a, items, request);
const kinds = (settled: SettledSend[]) => settled.map(({ kind }) => kind);
const poison = (): SendMessage => ({
  ...statusUpdate(b.id),
  type: "status_update",
  payload: { status: "a\0b" },
});

/** What a mailbox holds, in its order. */
async function contentsOf(mailbox: string): Promise<{ sequence: number; status: string }[]> {
  const rows = await database.owner<{ sequence: string; status: string }[]>`
    select sequence, payload ->> 'status' as status from messages
    where recipient_id = ${mailbox} and tenant_id = ${toUuid(fleet.tenantId)} and sequence is not null
    order by sequence`;
  return rows.map(({ sequence, status }) => ({ sequence: Number(sequence), status }));
}

test("500 messages take one transaction a lane, and each mailbox gets its own in their order", async () => {
  const recipients = await Promise.all(range(8).map((n) => fleet.addAgent(`R${n}`)));
  await fleet.allow(a, ...recipients);
  const sent = await sendAll(
    range(500).map((n) => item(statusUpdate(recipients[n % 8]?.id ?? b.id, {}, `${n}`))),
  );
  expect(new Set(kinds(sent))).toEqual(new Set(["accepted"]));
  const transactions = await database.owner`
    select distinct xmin from messages where sender_id = ${toUuid(a.id)}`;
  expect(transactions.length).toBeLessThanOrEqual(2);
  expect(batches).toHaveLength(transactions.length);
  for (const [n, recipient] of recipients.entries()) {
    const mine = range(500).filter((place) => place % 8 === n);
    expect(await contentsOf(toUuid(recipient.id))).toEqual(
      mine.map((place, index) => ({ sequence: index + 1, status: `${place}` })),
    );
  }
  expect(wakes).toHaveLength(8);
});

test("a batch joins what waits and is not divided by the bound on commits", async () => {
  const sender = openSender({ lanes: 1, maxBatch: 10 });
  const release = await lockMailbox(database, b);
  const first = sender.send(a, statusUpdate(b.id), { request });
  const rest = [
    sender.sendBatch(
      a,
      range(6).map(() => item(statusUpdate(b.id))),
      request,
    ),
    sender.sendBatch(
      a,
      range(4).map(() => item(statusUpdate(c.id))),
      request,
    ),
    sender.sendBatch(
      a,
      range(25).map(() => item(statusUpdate(b.id))),
      request,
    ),
  ];
  await vi.waitFor(() => expect(sender.queued()).toBe(36));
  await release();
  await Promise.all([first, ...rest]);
  expect(batches.toSorted((x, y) => x - y)).toEqual([4, 7, 25]);
});

test("the desk's messages keep their order, by whichever name it is called", async () => {
  const sent = await sendAll(
    range(40).map((n) => item(statusUpdate(n % 3 === 0 ? "operators" : fleet.deskId, {}, `${n}`))),
    openSender({ lanes: 4 }),
  );
  expect(new Set(kinds(sent))).toEqual(new Set(["accepted"]));
  expect((await contentsOf(toUuid(fleet.deskId))).map(({ status }) => status)).toEqual(range(40).map(String));
});

test("concurrent batches to the same mailboxes each keep their order, with no gap between them", async () => {
  const senders = [openSender(), openSender({ lanes: 3 })];
  await Promise.all(
    range(12).map((batch) =>
      sendAll(
        range(40).map((n) => item(statusUpdate(n % 2 === 0 ? b.id : c.id, {}, `${batch}:${n}`))),
        senders[batch % 2],
      ),
    ),
  );
  for (const mailbox of [b, c]) {
    const contents = await contentsOf(toUuid(mailbox.id));
    expect(contents.map(({ sequence }) => sequence)).toEqual(range(240).map((n) => n + 1));
    for (const batch of range(12)) {
      const places = contents.flatMap(({ status }) =>
        status.startsWith(`${batch}:`) ? [Number(status.split(":")[1])] : [],
      );
      expect(places).toEqual(places.toSorted((x, y) => x - y));
    }
  }
});

test("a message that makes the database fail takes down only itself", async () => {
  const sent = await sendAll(
    range(60).map((n) => item(n === 37 ? poison() : statusUpdate(b.id, {}, `${n}`))),
  );
  expect(kinds(sent).flatMap((kind, n) => (kind === "failed" ? [n] : []))).toEqual([37]);
  expect(kinds(sent).filter((kind) => kind === "accepted")).toHaveLength(59);
  expect(await contentsOf(toUuid(b.id))).toEqual(
    range(60)
      .filter((n) => n !== 37)
      .map((n, index) => ({ sequence: index + 1, status: `${n}` })),
  );
});

test("a locked mailbox fails its own messages of a batch and no others", async () => {
  const release = await lockMailbox(database, b);
  const sent = await sendAll(
    range(10).map((n) => item(statusUpdate(n % 2 === 0 ? b.id : c.id))),
    openSender({ lanes: 1 }),
  );
  await release();
  for (const [n, one] of sent.entries())
    if (n % 2 === 0) expect(one).toMatchObject({ kind: "failed", error: { code: "overloaded" } });
    else expect(one.kind).toBe("accepted");
  expect(await contentsOf(toUuid(b.id))).toEqual([]);
});

test("a key repeated within a batch, after it, or by a single send gives the first result", async () => {
  const update = statusUpdate(b.id, {}, "once");
  const sender = openSender();
  const sent = await sendAll(
    [item(update, "k1"), item(statusUpdate(c.id)), item(update, "k1"), item(statusUpdate(b.id), "k1")],
    sender,
  );
  expect(sent).toMatchObject([
    { kind: "accepted", result: { sequence: 1 } },
    { kind: "accepted" },
    sent[0],
    { kind: "rejected", error: { code: "idempotency_mismatch" } },
  ]);
  expect(await sendAll([item(update, "k1")], sender)).toEqual([sent[0]]);
  const single = await sender.send(a, update, { idempotencyKey: "k1", request });
  expect(sent[0]).toEqual({ kind: "accepted", result: single });
  expect(await contentsOf(toUuid(b.id))).toHaveLength(1);
});

test("messages in another's name are refused and recorded as one attempt; the rest is sent", async () => {
  const forged = () => item(statusUpdate(c.id, { senderId: b.id }));
  const sent = await sendAll([forged(), item(statusUpdate(c.id)), forged(), forged()]);
  expect(kinds(sent)).toEqual(["rejected", "accepted", "rejected", "rejected"]);
  expect(sent[0]).toMatchObject({ error: { code: "sender_mismatch" } });
  const denials = (await auditOf(database, a.id)).filter(({ action }) => action === "message.refused");
  expect(denials).toMatchObject([
    { status: "denied", details: { reason: "sender_mismatch", senderId: b.id, messages: 3 } },
  ]);
});

test("a batch for which there is no room is refused as a whole", async () => {
  const sender = openSender({ maxQueued: 10, lanes: 1 });
  const release = await lockMailbox(database, b);
  const waiting = sendAll(
    range(7).map(() => item(statusUpdate(b.id))),
    sender,
  );
  await vi.waitFor(() => expect(sender.queued()).toBe(7));
  await expect(
    sendAll(
      range(4).map(() => item(statusUpdate(c.id))),
      sender,
    ),
  ).rejects.toMatchObject({
    code: "overloaded",
  });
  expect(sender.refusal(3, 0)).toBeUndefined();
  await release();
  expect(kinds(await waiting)).toEqual(range(7).map(() => "accepted"));
  await sender.close();
  await expect(sendAll([item(statusUpdate(c.id))], sender)).rejects.toMatchObject({ code: "shutting_down" });
  expect(await contentsOf(toUuid(c.id))).toEqual([]);
});
