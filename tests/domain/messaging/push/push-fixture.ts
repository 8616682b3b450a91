import { pino } from "pino";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import { type DrainOptions, drainEndpoint } from "#app/domain/messaging/push/drain-endpoint.server.ts";
import type { PushServices } from "#app/domain/messaging/push/push-services.server.ts";
import { putEndpoint } from "#app/domain/messaging/push/put-endpoint.server.ts";
import type { SendMessageInput } from "#app/domain/messaging/schema.ts";
import { toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { startWebhookReceiver, type WebhookReceiver } from "#tests/setup/webhook-receiver.ts";
import { createFleet, type Fleet, request, statusUpdate } from "../fleet.ts";

/** An agent whose messages are pushed to a receiver on loopback, and one that writes to it. */
export interface PushPair {
  fleet: Fleet;
  writer: AgentActor;
  pushed: AgentActor;
  receiver: WebhookReceiver;
  services: PushServices;
  secret: string;
  send(envelope?: Partial<SendMessageInput>, text?: string): Promise<string>;
  /** One run of the job. */
  drain(options?: Partial<DrainOptions>): Promise<number>;
  /** The time of its next attempt has come. */
  skipBackoff(): Promise<void>;
  deliveries(): Promise<Record<string, unknown>[]>;
  endpoint(): Promise<Record<string, unknown>>;
}

export interface PushFixture {
  database: TestDatabase;
  addPair(fleet?: Fleet): Promise<PushPair>;
  close(): Promise<void>;
}

export async function createPushFixture(): Promise<PushFixture> {
  const database = await createTestDatabase({ sqlPoolSize: 8 });
  const { db, owner } = database;
  const sender: MessageSender = createMessageSender({
    db,
    log: pino({ level: "silent" }),
    onCommitted: () => {},
  });
  const receivers: WebhookReceiver[] = [];
  return {
    database,
    async addPair(given) {
      const fleet = given ?? (await createFleet(database));
      const [writer, pushed] = [await fleet.addAgent("Writer"), await fleet.addAgent("Pushed")];
      await fleet.allow(writer, pushed);
      const receiver = await startWebhookReceiver();
      receivers.push(receiver);
      const services = pushServices(receiver.place);
      const change = { actor: fleet.admin, agentId: pushed.id, request };
      const { endpoint } = await putEndpoint(db, services, { ...change, url: receiver.url });
      const agentUuid = toUuid(pushed.id);
      return {
        ...{ fleet, writer, pushed, receiver, services },
        secret: endpoint.secret ?? "",
        async send(envelope = {}, text = "working") {
          const { messageId } = await sender.send(writer, statusUpdate(pushed.id, envelope, text), {
            request,
          });
          return messageId;
        },
        drain: (options) =>
          drainEndpoint({ db, services, tenantId: fleet.tenantId, agentId: pushed.id, ...options }),
        async skipBackoff() {
          await owner`update endpoints set next_attempt_at = now() - interval '1 second' where agent_id = ${agentUuid}`;
        },
        deliveries: async () => [
          ...(await owner`
            select status, handling, attempts, reason from deliveries where recipient_id = ${agentUuid} order by sequence`),
        ],
        async endpoint() {
          const [row] = await owner`
            select *, extract(epoch from next_attempt_at - now())::float8 as backoff_s from endpoints where agent_id = ${agentUuid}`;
          if (row === undefined) throw new Error("there is no endpoint");
          return row;
        },
      };
    },
    async close() {
      await sender.close();
      for (const receiver of receivers) await receiver.close();
      await database.drop();
    },
  };
}
