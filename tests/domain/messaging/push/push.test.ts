import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { putEndpoint } from "#app/domain/messaging/push/put-endpoint.server.ts";
import { releaseMailbox } from "#app/domain/messaging/push/release-mailbox.server.ts";
import { removeEndpoint } from "#app/domain/messaging/push/remove-endpoint.server.ts";
import { rotateSecret } from "#app/domain/messaging/push/rotate-secret.server.ts";
import { secretOwner } from "#app/domain/messaging/push/secret-owner.ts";
import { switchEndpoint } from "#app/domain/messaging/push/switch-endpoint.server.ts";
import { wakeDuePushes } from "#app/domain/messaging/push/wake-push.server.ts";
import { updateAgent } from "#app/domain/messaging/update-agent.server.ts";
import { maxAttempts } from "#app/domain/outbound/retry-schedule.ts";
import { parseId, toUuid } from "#db/ids.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { verify } from "#tests/setup/webhook-receiver.ts";
import { auditOf, request } from "../fleet.ts";
import { createPushFixture, type PushFixture, type PushPair } from "./push-fixture.ts";

let fixture: PushFixture;
let pair: PushPair;
beforeAll(async () => {
  fixture = await createPushFixture();
});
beforeEach(async () => {
  pair = await fixture.addPair();
});
afterAll(() => fixture.close());

const actionsOf = async (id: string) => (await auditOf(fixture.database, id)).map(({ action }) => action);
const idsOf = ({ receiver }: PushPair) => receiver.received.map(({ id }) => id);
const jobs = (agent: PushPair["pushed"]) => fixture.database.owner`
  select task_identifier as task, run_at <= now() as is_due, extract(epoch from run_at - now())::float8 as in_s
  from graphile_worker.jobs where key like ${`%${toUuid(agent.id)}`} order by 1`;
const change = (of = pair) => ({ actor: of.fleet.admin, agentId: of.pushed.id, request });
const uuidOf = (id: string) => toUuid(parseId(id, "msg") ?? "msg_");
const traffic = async () => {
  const rows = await fixture.database.owner<{ delivered: number; failed: number; sent: number }[]>`
    select sum((delta ->> 'sent')::int)::int as sent, sum((delta ->> 'delivered')::int)::int as delivered,
      sum((delta ->> 'failed')::int)::int as failed
    from traffic_deltas, jsonb_array_elements(deltas) as delta where tenant_id = ${toUuid(pair.fleet.tenantId)}`;
  return rows[0];
};

describe("a message", () => {
  test("is posted with a signature that the receiver can check, and is delivered by a 2xx", async () => {
    const id = await pair.send();
    expect(await pair.deliveries()).toMatchObject([{ status: "pending", handling: "unread", attempts: 0 }]);
    expect(await jobs(pair.pushed)).toMatchObject([{ task: "push-deliveries", is_due: true }]);
    expect(await pair.drain()).toBe(1);
    const [received] = pair.receiver.received;
    if (received === undefined) throw new Error("nothing was received");
    expect(verify(pair.secret, received)).toMatchObject({ type: "message.received" });
    expect(received.headers).toMatchObject({
      "webhook-id": id,
      "content-type": "application/json",
      "user-agent": "Signalbox",
    });
    expect(received.body).toMatchObject({
      timestamp: received.body.data.createdAt,
      data: {
        id,
        sequence: 1,
        type: "status_update",
        payload: { status: "working" },
        senderId: pair.writer.id,
      },
    });
    expect(await pair.deliveries()).toEqual([
      { status: "delivered", handling: "acked", attempts: 1, reason: null },
    ]);
    expect(await actionsOf(id)).toEqual(["message.sent", "message.delivered"]);
    expect(await traffic()).toEqual({ sent: 1, delivered: 1, failed: 0 });
    const attempts = await fixture.database
      .owner`select * from delivery_attempts where message_id = ${uuidOf(id)}`;
    expect(attempts).toMatchObject([
      { attempt: 1, outcome: "delivered", status_code: 204, error: null, url: pair.receiver.url },
    ]);
  });

  test("goes out after those before it, the urgent first, each once", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await pair.send());
    const urgent = await pair.send({ priority: "urgent" });
    expect(await pair.drain()).toBe(6);
    expect(idsOf(pair)).toEqual([urgent, ...ids]);
  });

  test("that fails holds up those behind it, and all arrive in order", async () => {
    const ids = [await pair.send(), await pair.send(), await pair.send()];
    let calls = 0;
    pair.receiver.answer((_, response) => response.writeHead(++calls <= 2 ? 500 : 200).end());
    expect(await pair.drain()).toBe(1);
    expect(await pair.drain()).toBe(0);
    await pair.skipBackoff();
    expect(await pair.drain()).toBe(1);
    await pair.skipBackoff();
    expect(await pair.drain()).toBe(3);
    expect(idsOf(pair)).toEqual([ids[0], ids[0], ...ids]);
    expect(await pair.endpoint()).toMatchObject({ failures: 0, next_attempt_at: null, lease_id: null });
  });

  test.each([
    [
      "a redirect",
      (response: import("node:http").ServerResponse) =>
        response.writeHead(302, { Location: "http://127.0.0.1:1/" }).end(),
      "302",
    ],
    [
      "a client error",
      (response: import("node:http").ServerResponse) => response.writeHead(404).end("nothing here"),
      "404",
    ],
    [
      "a server error",
      (response: import("node:http").ServerResponse) => response.writeHead(503).end(),
      "503",
    ],
    [
      "a broken connection",
      (response: import("node:http").ServerResponse) => void response.socket?.destroy(),
      "broken",
    ],
  ])("answered by %s is tried again later, and what came back is kept", async (_, answer, words) => {
    const id = await pair.send();
    pair.receiver.answer((_received, response) => void answer(response));
    await pair.drain({ random: () => 0.5 });
    expect(await pair.deliveries()).toMatchObject([{ status: "sent", handling: "unread", attempts: 1 }]);
    const [attempt] = await fixture.database
      .owner`select * from delivery_attempts where message_id = ${uuidOf(id)}`;
    expect(attempt).toMatchObject({ outcome: "failed", error: expect.stringContaining(words) });
    const { backoff_s: backoff } = await pair.endpoint();
    expect(backoff).toBeGreaterThan(3);
    expect(backoff).toBeLessThan(6);
    const [job] = await jobs(pair.pushed);
    expect(job?.in_s).toBeCloseTo(Number(backoff), 0);
  });

  test("is a dead letter after its last attempt, and the next one has its turn", async () => {
    const [first, second] = [await pair.send(), await pair.send()];
    pair.receiver.answer(500);
    for (let n = 0; n < maxAttempts; n++) {
      await pair.skipBackoff();
      expect(await pair.drain()).toBe(1);
    }
    expect(await pair.deliveries()).toMatchObject([
      {
        status: "failed",
        handling: "dead",
        attempts: maxAttempts,
        reason: expect.stringContaining("endpoint"),
      },
      { status: "pending", attempts: 0 },
    ]);
    expect(await actionsOf(first)).toEqual(["message.sent", "message.failed"]);
    expect(await traffic()).toEqual({ sent: 2, delivered: 0, failed: 1 });
    expect(await pair.endpoint()).toMatchObject({ failures: maxAttempts, given_up: 1, status: "active" });
    pair.receiver.answer(200);
    await pair.skipBackoff();
    await pair.drain();
    expect(idsOf(pair).at(-1)).toBe(second);
    expect(await pair.endpoint()).toMatchObject({ failures: 0, given_up: 0 });
  });

  test("whose time has passed is not posted", async () => {
    const id = await pair.send({ ttlSeconds: 60 });
    await fixture.database.owner`update deliveries set expires_at = now() where message_id = ${uuidOf(id)}`;
    const kept = await pair.send({ ttlSeconds: 60 });
    expect(await pair.drain()).toBe(1);
    expect(idsOf(pair)).toEqual([kept]);
  });

  test("that was accepted while its time passed is delivered", async () => {
    const id = await pair.send({ ttlSeconds: 60 });
    pair.receiver.answer(async (_, response) => {
      await fixture.database.owner`update deliveries set status = 'expired' where message_id = ${uuidOf(id)}`;
      response.writeHead(200).end();
    });
    await pair.drain();
    expect(await pair.deliveries()).toMatchObject([{ status: "delivered", handling: "acked" }]);
  });
});

describe("an endpoint", () => {
  test("is held by one at a time; who finds it held comes back soon", async () => {
    await pair.send();
    let release: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      pair.receiver.answer((_, response) => {
        release = () => response.writeHead(200).end();
        resolve();
      });
    });
    const first = pair.drain();
    await asked;
    const late = await pair.send();
    await fixture.database.owner`delete from graphile_worker._private_jobs`;
    expect(await pair.drain()).toBe(0);
    const [waiting] = await jobs(pair.pushed);
    expect(waiting?.in_s).toBeGreaterThan(0);
    expect(waiting?.in_s).toBeLessThanOrEqual(1);
    pair.receiver.answer(200);
    release();
    expect(await first).toBe(2);
    expect(idsOf(pair).at(-1)).toBe(late);
  });

  test("is looked at once more after it was let go of, so that nothing waits for a lease that is over", async () => {
    await pair.send();
    let during: string | undefined;
    pair.receiver.answer(async (_, response) => {
      during = await pair.send();
      // Its job runs while the lease is held.
      await pair.drain();
      response.writeHead(200).end();
    });
    await pair.drain({ maxMessages: 1 });
    expect(await jobs(pair.pushed)).toMatchObject([{ task: "push-deliveries", is_due: true }]);
    pair.receiver.answer(200);
    await pair.drain();
    expect(idsOf(pair).at(-1)).toBe(during);
  });

  test("lets others have their turn after some messages, and goes on at once", async () => {
    for (let n = 0; n < 3; n++) await pair.send();
    expect(await pair.drain({ maxMessages: 2 })).toBe(2);
    expect(await jobs(pair.pushed)).toMatchObject([{ task: "push-deliveries", is_due: true }]);
    expect(await pair.endpoint()).toMatchObject({ lease_id: null, leased_until: null });
  });

  test("that another holds is asked for again soon: a message sent once it is free does not wait for the lease's end", async () => {
    await fixture.database.owner`delete from graphile_worker._private_jobs`;
    await fixture.database.owner`
      update endpoints set lease_id = gen_random_uuid(), leased_until = now() + interval '25 seconds'
      where agent_id = ${toUuid(pair.pushed.id)}`;
    expect(await pair.drain()).toBe(0);
    // The holder lets go with nothing left; what is sent now keeps the waiting job's time.
    await fixture.database.owner`
      update endpoints set lease_id = null, leased_until = null where agent_id = ${toUuid(pair.pushed.id)}`;
    await pair.send();
    const [job] = await jobs(pair.pushed);
    expect(job?.in_s).toBeLessThanOrEqual(1);
  });

  test("whose worker died is posted to again by the next one, with the same id", async () => {
    const id = await pair.send();
    let died = false;
    pair.receiver.answer((_, response) => {
      died = true;
      response.socket?.destroy();
    });
    // As after SIGKILL: the attempt was begun, and nobody has noted anything or let go.
    await pair.drain();
    expect(died).toBe(true);
    await fixture.database.owner`
      update endpoints set lease_id = gen_random_uuid(), leased_until = now() + interval '25 seconds',
        next_attempt_at = null where agent_id = ${toUuid(pair.pushed.id)}`;
    expect(await pair.drain()).toBe(0);
    await fixture.database
      .owner`update endpoints set leased_until = now() where agent_id = ${toUuid(pair.pushed.id)}`;
    await fixture.database.owner`delete from graphile_worker._private_jobs`;
    await wakeDuePushes(fixture.database.db);
    expect(await jobs(pair.pushed)).toMatchObject([{ task: "push-deliveries", is_due: true }]);
    pair.receiver.answer(200);
    expect(await pair.drain()).toBe(1);
    expect(idsOf(pair)).toEqual([id, id]);
    await fixture.database.owner`delete from graphile_worker._private_jobs`;
    await wakeDuePushes(fixture.database.db);
    expect(await jobs(pair.pushed)).toEqual([]);
  });

  test("that answers 410 is disabled at once; its messages wait until it is enabled", async () => {
    const ids = [await pair.send(), await pair.send()];
    pair.receiver.answer(410);
    expect(await pair.drain()).toBe(1);
    expect(await pair.endpoint()).toMatchObject({ status: "disabled", disabled_reason: "gone" });
    expect(await actionsOf(pair.pushed.id)).toContain("endpoint.disabled");
    expect(await pair.deliveries()).toMatchObject([{ status: "sent" }, { status: "pending" }]);
    await pair.skipBackoff();
    expect(await pair.drain()).toBe(0);
    await fixture.database.owner`delete from graphile_worker._private_jobs`;
    await wakeDuePushes(fixture.database.db);
    expect(await jobs(pair.pushed)).toEqual([]);
    pair.receiver.answer(204);
    const enabled = await switchEndpoint(fixture.database.db, { ...change(), to: "active" });
    expect(enabled).toMatchObject({ health: "healthy", status: "active", failures: 0, waiting: 2 });
    expect(await pair.drain()).toBe(2);
    expect(idsOf(pair)).toEqual([ids[0], ...ids]);
  });

  test("that three messages in a row were given up for is disabled as failing", async () => {
    for (let n = 0; n < 4; n++) await pair.send();
    pair.receiver.answer(500);
    await fixture.database.owner`
      update deliveries set attempts = ${maxAttempts - 1} where recipient_id = ${toUuid(pair.pushed.id)}`;
    for (let n = 0; n < 4; n++) {
      await pair.skipBackoff();
      await pair.drain();
    }
    expect(await pair.endpoint()).toMatchObject({
      status: "disabled",
      disabled_reason: "failing",
      given_up: 3,
    });
    expect((await pair.deliveries()).map(({ status }) => status)).toEqual([
      "failed",
      "failed",
      "failed",
      "pending",
    ]);
  });

  test.each([
    [429, "120", 120],
    [503, "120", 120],
    [503, "999999", 86_400],
    [500, "120", 5],
    [503, "soon", 5],
  ])("that answers %i with Retry-After %s is left alone for %i s", async (status, retryAfter, seconds) => {
    await pair.send();
    pair.receiver.answer((_, response) => response.writeHead(status, { "Retry-After": retryAfter }).end());
    await pair.drain({ random: () => 0.5 });
    const backoff = Number((await pair.endpoint()).backoff_s);
    expect(backoff).toBeGreaterThan(seconds - 5);
    expect(backoff).toBeLessThanOrEqual(seconds);
  });

  test("that hangs delays no other tenant's, and its own tenant has room for four at once", async () => {
    const crowd = [pair];
    while (crowd.length < 5) crowd.push(await fixture.addPair(pair.fleet));
    const other = await fixture.addPair();
    for (const one of crowd) {
      one.receiver.answer("hang");
      await one.send();
    }
    await other.send();
    const giveUp = new AbortController();
    const hanging = crowd.slice(0, 4).map((one) => one.drain({ signal: giveUp.signal }));
    await expect.poll(() => crowd.filter(({ receiver }) => receiver.received.length === 1).length).toBe(4);
    expect(await crowd[4]?.drain()).toBe(0);
    const [crowded] = await jobs(crowd[4]?.pushed ?? pair.pushed);
    expect(crowded?.in_s).toBeLessThan(4);
    expect(await other.drain()).toBe(1);
    expect(await other.deliveries()).toMatchObject([{ status: "delivered" }]);
    giveUp.abort();
    expect(await Promise.all(hanging)).toEqual([1, 1, 1, 1]);
    // Given up by us, not by the endpoint: no attempt is held against it, and it is enqueued again.
    expect(await pair.endpoint()).toMatchObject({ failures: 0, lease_id: null, next_attempt_at: null });
    expect(await jobs(pair.pushed)).toMatchObject([{ is_due: true }]);
  });

  test("that does not answer in time has failed", async () => {
    const id = await pair.send();
    pair.receiver.answer("hang");
    await pair.drain({ services: pushServices(pair.receiver.place, { timeoutMs: 100 }) });
    const [attempt] = await fixture.database
      .owner`select * from delivery_attempts where message_id = ${uuidOf(id)}`;
    expect(attempt).toMatchObject({
      outcome: "failed",
      status_code: null,
      error: expect.stringContaining("within"),
    });
  });

  test("whose host turns out to be private is not called", async () => {
    await pair.send();
    await pair.drain({ services: pushServices() });
    expect(pair.receiver.received).toEqual([]);
    expect(await pair.deliveries()).toMatchObject([{ status: "sent", attempts: 1 }]);
  });
});

describe("a secret", () => {
  test("that was rotated signs beside the new one, for as long as was asked", async () => {
    const { secret } = await rotateSecret(fixture.database.db, pair.services, {
      ...change(),
      keepPreviousHours: 1,
    });
    expect(secret).not.toBe(pair.secret);
    await pair.send();
    await pair.drain();
    const [received] = pair.receiver.received;
    if (received === undefined || secret === undefined) throw new Error("nothing was received");
    expect(() => verify(secret, received)).not.toThrow();
    expect(() => verify(pair.secret, received)).not.toThrow();

    await fixture.database.owner`update endpoints set previous_secret_until = now()`;
    await pair.send();
    await pair.drain();
    const [, later] = pair.receiver.received;
    if (later === undefined) throw new Error("nothing was received");
    expect(() => verify(secret, later)).not.toThrow();
    expect(() => verify(pair.secret, later)).toThrow();
    expect(await actionsOf(pair.pushed.id)).toContain("endpoint.secret.rotated");
  });

  test("is new with another URL, and the old one is worth nothing", async () => {
    const url = `${pair.receiver.url}/elsewhere`;
    const { endpoint, isNew } = await putEndpoint(fixture.database.db, pair.services, { ...change(), url });
    expect(isNew).toBe(false);
    expect(endpoint.secret).toMatch(/^whsec_[\w+/]{43}=$/);
    await pair.send();
    await pair.drain();
    const [received] = pair.receiver.received;
    if (received === undefined) throw new Error("nothing was received");
    expect(() => verify(endpoint.secret ?? "", received)).not.toThrow();
    expect(() => verify(pair.secret, received)).toThrow();
    const again = await putEndpoint(fixture.database.db, pair.services, { ...change(), url });
    expect(again.endpoint).not.toHaveProperty("secret");
  });

  test("is kept sealed, for this agent alone, and is in no record", async () => {
    const { secret: sealed } = await pair.endpoint();
    if (!(sealed instanceof Uint8Array)) throw new Error("the secret is no bytes");
    const owner = { tenantId: pair.fleet.tenantId, agentId: pair.pushed.id };
    expect(pair.services.secrets.open(secretOwner(owner), sealed)).toBe(pair.secret);
    expect(() =>
      pair.services.secrets.open(secretOwner({ ...owner, agentId: pair.writer.id }), sealed),
    ).toThrow();
    const damaged = Buffer.from(sealed);
    damaged[20] = (damaged[20] ?? 0) ^ 1;
    expect(() => pair.services.secrets.open(secretOwner(owner), damaged)).toThrow();
    expect(Buffer.from(sealed).toString("latin1")).not.toContain(pair.secret);
    const events = await auditOf(fixture.database, pair.pushed.id);
    expect(JSON.stringify(events)).not.toContain(pair.secret.slice(6));
    const asTenant = fixture.database.db.asTenantSql(
      pair.fleet.tenantId,
      (sql) => sql`select secret from endpoints`,
    );
    await expect(asTenant).rejects.toThrow(/permission denied/);
  });
});

describe("the mailbox", () => {
  test("is pushed from the endpoint's creation on and read from its removal on; what waits is handed over", async () => {
    const ids = [await pair.send(), await pair.send(), await pair.send()];
    await pair.drain({ maxMessages: 1 });
    await removeEndpoint(fixture.database.db, change());
    expect(await jobs(pair.pushed)).toMatchObject([{ task: "push-deliveries" }, { task: "release-mailbox" }]);
    const of = { tenantId: pair.fleet.tenantId, agentId: pair.pushed.id };
    const told: string[] = [];
    const onReleased = (released: { status: string }[]) =>
      void told.push(...released.map(({ status }) => status));
    expect(await releaseMailbox(fixture.database.db, { ...of, batchSize: 1, onReleased })).toBe(2);
    expect(told).toEqual(["delivered", "delivered"]);
    expect((await pair.deliveries()).map(({ status, handling }) => [status, handling])).toEqual([
      ["delivered", "acked"],
      ["delivered", "unread"],
      ["delivered", "unread"],
    ]);
    expect(await traffic()).toEqual({ sent: 3, delivered: 3, failed: 0 });
    expect(await actionsOf(ids[2] ?? "")).toEqual(["message.sent", "message.delivered"]);
    expect(await actionsOf(pair.pushed.id)).toEqual([
      "agent.created",
      "endpoint.created",
      "agent.updated",
      "endpoint.removed",
      "agent.updated",
    ]);
    await pair.send();
    expect((await pair.deliveries()).at(-1)).toMatchObject({ status: "delivered" });
    expect(await pair.drain()).toBe(0);
  });

  test("leaves push by its mode as well, and the endpoint waits unused until it is put again", async () => {
    await pair.send();
    await updateAgent(
      fixture.database.db,
      pair.fleet.admin,
      pair.pushed.id,
      { mailboxMode: "claim" },
      request,
    );
    expect((await jobs(pair.pushed)).map(({ task }) => task)).toContain("release-mailbox");
    expect(await pair.drain()).toBe(0);
    await releaseMailbox(fixture.database.db, { tenantId: pair.fleet.tenantId, agentId: pair.pushed.id });
    expect(await pair.deliveries()).toMatchObject([{ status: "delivered", handling: "unread" }]);
    const put = { ...change(), url: pair.receiver.url };
    const { endpoint } = await putEndpoint(fixture.database.db, pair.services, put);
    expect(endpoint).toMatchObject({ health: "healthy" });
    await pair.send();
    expect(await pair.drain()).toBe(1);
  });

  test("that is pushed again keeps what waits waiting", async () => {
    await pair.send();
    const of = { tenantId: pair.fleet.tenantId, agentId: pair.pushed.id };
    expect(await releaseMailbox(fixture.database.db, of)).toBe(0);
    expect(await pair.deliveries()).toMatchObject([{ status: "pending" }]);
  });
});

test("an attempt says nothing of an endpoint that was changed or removed meanwhile", async () => {
  const id = await pair.send();
  pair.receiver.answer(async (_, response) => {
    await putEndpoint(fixture.database.db, pair.services, { ...change(), url: `${pair.receiver.url}/new` });
    response.writeHead(410).end();
  });
  await pair.drain();
  expect(await pair.endpoint()).toMatchObject({ status: "active", failures: 0, next_attempt_at: null });
  pair.receiver.answer(async (_, response) => {
    await removeEndpoint(fixture.database.db, change());
    response.writeHead(200).end();
  });
  await pair.drain();
  expect(await pair.deliveries()).toMatchObject([{ status: "delivered", handling: "acked", attempts: 2 }]);
  expect(await actionsOf(id)).toEqual(["message.sent", "message.delivered"]);
});
