import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type FleetReceiver,
  openFleetReceiver,
  type PushedMessage,
} from "#app/demo/fleet-receiver.server.ts";
import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import { postWebhook } from "#app/domain/messaging/push/post-webhook.server.ts";
import { secretOwner } from "#app/domain/messaging/push/secret-owner.ts";
import { generateSigningSecret } from "#app/domain/outbound/signing-secret.ts";
import { newId } from "#db/ids.ts";
import { pushServices } from "#tests/setup/push-services.ts";

let receiver: FleetReceiver;
beforeAll(async () => {
  receiver = await openFleetReceiver();
});
afterAll(() => receiver.close());

const owner = { tenantId: newId("ten"), agentId: newId("agt") };
const box = createSecretBox("a secret key for tests, of at least 32 characters");
const post = (url: string, secret: string, id = "msg_1") =>
  postWebhook(pushServices(`${receiver.host}:${receiver.port}`), {
    owner,
    url,
    sealedSecrets: [box.seal(secretOwner(owner), secret)],
    id,
    event: {
      type: "message.received",
      timestamp: new Date().toISOString(),
      data: {
        id,
        senderId: "agt_a",
        recipientId: "agt_b",
        type: "status_update",
        payload: {},
        correlationId: "c",
      },
    },
  });

test("the demo's receiver takes what is signed with its secret, each message once, and nothing else", async () => {
  const taken: PushedMessage[] = [];
  receiver.onMessage((message) => taken.push(message));
  const secret = generateSigningSecret();
  expect(await post(receiver.agentUrl, secret)).toMatchObject({ outcome: "failed", statusCode: 401 });
  receiver.setSecret(secret);
  expect(await post(receiver.agentUrl, generateSigningSecret())).toMatchObject({ statusCode: 401 });
  for (let n = 0; n < 2; n++)
    expect(await post(receiver.agentUrl, secret)).toMatchObject({ outcome: "delivered", statusCode: 204 });
  expect(taken).toMatchObject([{ id: "msg_1", recipientId: "agt_b" }]);
  expect(await post(receiver.brokenUrl, secret)).toMatchObject({ outcome: "failed", statusCode: 500 });
});
