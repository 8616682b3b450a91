import { afterAll, beforeAll, expect, test } from "vitest";
import { channelSecretOwner } from "#app/domain/alerts/channels/channel-secret.ts";
import { unsafeResealChannels } from "#app/domain/alerts/channels/reseal-channels.server.ts";
import { createKeyRing } from "#app/domain/auth/key-ring.server.ts";
import { resealSigningKeys } from "#app/domain/auth/reseal-signing-keys.server.ts";
import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import { ensureSealKey } from "#app/domain/integrity/seal-keys.server.ts";
import { unsafeResealEndpoints } from "#app/domain/messaging/push/reseal-endpoints.server.ts";
import { secretOwner } from "#app/domain/messaging/push/secret-owner.ts";
import { toUuid } from "#db/ids.ts";
import { createFleet } from "#tests/domain/messaging/fleet.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { startWebhookReceiver, verify, type WebhookReceiver } from "#tests/setup/webhook-receiver.ts";
import { addChannel } from "../alerts/channels/channel-fixture.ts";

const oldKey = "the secret key of before, of at least 32 characters";
const newKey = "the secret key from now on, of at least 32 characters";

let database: TestDatabase;
let receiver: WebhookReceiver;
beforeAll(async () => {
  database = await createTestDatabase();
  receiver = await startWebhookReceiver();
});
afterAll(async () => {
  await database.drop();
  await receiver.close();
});

const silent = {
  warn(_fields: object, message: string): void {
    throw new Error(`logged: ${message}`);
  },
};

test("a box opens with the keys before, seals with the newest, and says what it has sealed anew", () => {
  const before = createSecretBox(oldKey).seal("whose", "a secret");
  const box = createSecretBox(newKey, ["a key that was between, of at least 32 characters", oldKey]);
  expect(box.open("whose", before)).toBe("a secret");
  const after = box.reseal("whose", before);
  if (after === undefined) throw new Error("nothing was sealed anew");
  expect(createSecretBox(newKey).open("whose", after)).toBe("a secret");
  expect(() => createSecretBox(oldKey).open("whose", after)).toThrow();
  expect(box.reseal("whose", after)).toBeUndefined();
  expect(() => box.open("another", before)).toThrow();
  expect(() => createSecretBox(newKey).open("whose", before)).toThrow();
});

test("everything that is sealed opens with the new key alone once it was sealed anew", async () => {
  const { db, owner } = database;
  const old = createSecretBox(oldKey);
  const services = { ...noticeServices({ places: receiver.place }), secrets: old };
  const channel = await addChannel(database, services, { kind: "webhook", name: "Hook", url: receiver.url });
  const fleet = await createFleet(database);
  const agent = await fleet.addAgent("Pushed");
  const endpointOwner = secretOwner({ tenantId: fleet.admin.tenantId, agentId: agent.id });
  await owner`
    insert into endpoints (tenant_id, agent_id, url, secret, previous_secret, previous_secret_until)
    values (${toUuid(fleet.admin.tenantId)}, ${toUuid(agent.id)}, 'https://example.com/',
      ${old.seal(endpointOwner, "whsec_new")}, ${old.seal(endpointOwner, "whsec_before")}, now() + interval '1 hour')`;
  const access = await createKeyRing({ db, secrets: old, log: silent }).current();
  const seal = await ensureSealKey(db, old);

  const both = createSecretBox(newKey, [oldKey]);
  expect(await unsafeResealChannels(db, both)).toEqual({ resealed: 1, current: 0, unreadable: [] });
  expect(await unsafeResealEndpoints(db, both)).toEqual({ resealed: 1, current: 0, unreadable: [] });
  expect(await resealSigningKeys(db, both)).toEqual({ resealed: 2, current: 0, unreadable: [] });
  expect(await unsafeResealChannels(db, both)).toEqual({ resealed: 0, current: 1, unreadable: [] });

  const only = createSecretBox(newKey);
  await channel.tell();
  await channel.drain({ services: { ...services, secrets: only } });
  const [received] = receiver.received;
  if (received === undefined) throw new Error("nothing came");
  expect(verify(channel.secret ?? "", received)).toBeDefined();
  const [endpoint] = await owner<{ secret: Buffer; previous_secret: Buffer }[]>`
    select secret, previous_secret from endpoints`;
  expect(only.open(endpointOwner, endpoint?.secret ?? Buffer.of())).toBe("whsec_new");
  expect(only.open(endpointOwner, endpoint?.previous_secret ?? Buffer.of())).toBe("whsec_before");
  // Neither key was replaced: what they have signed holds.
  expect((await createKeyRing({ db, secrets: only, log: silent }).current()).kid).toBe(access.kid);
  expect((await ensureSealKey(db, only)).kid).toBe(seal.kid);
});

test("what no key opens is left as it is, and named", async () => {
  const { db, owner } = database;
  const services = {
    ...noticeServices(),
    secrets: createSecretBox("a key that nobody has any more, 32 characters"),
  };
  const channel = await addChannel(database, services, {
    kind: "pagerduty",
    name: "Lost",
    routingKey: "k".repeat(32),
  });
  const [before] = await owner`select secret from alert_channels where id = ${toUuid(channel.id)}`;
  const done = await unsafeResealChannels(db, createSecretBox(newKey, [oldKey]));
  expect(done.unreadable).toEqual([
    channelSecretOwner({ tenantId: channel.tenant.tenantId, channelId: channel.id }),
  ]);
  expect(await owner`select secret from alert_channels where id = ${toUuid(channel.id)}`).toEqual([before]);
  await channel.tell();
  await channel.drain({ services: { ...services, secrets: createSecretBox(newKey) } });
  expect(await channel.deliveries()).toMatchObject([
    { status: "pending", attempts: [{ error: "Its secret cannot be opened any more: give it a new one." }] },
  ]);
});
