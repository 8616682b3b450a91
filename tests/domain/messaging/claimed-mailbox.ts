import { pino } from "pino";
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { ackMessages } from "#app/domain/messaging/ack-messages.server.ts";
import { claimMessages } from "#app/domain/messaging/claim-messages.server.ts";
import { type ClaimedMessage, claimSchema } from "#app/domain/messaging/claim-schema.ts";
import type { HandlingChange } from "#app/domain/messaging/handling-change.ts";
import { createMessageSender } from "#app/domain/messaging/message-sender.server.ts";
import type { ConversationChange } from "#app/domain/messaging/prepared-send.ts";
import type { HandlingService } from "#app/domain/messaging/require-own-mailbox.server.ts";
import type { SendResult } from "#app/domain/messaging/schema.ts";
import { toUuid } from "#db/ids.ts";
import type { TestDatabase } from "#tests/setup/database.ts";
import { type Fleet, request, statusUpdate } from "./fleet.ts";

/** A sender, and a worker whose mailbox is in the mode `claim`. */
export async function createClaimedMailbox(database: TestDatabase, fleet: Fleet) {
  const { db, owner } = database;
  const sender = createMessageSender({ db, log: pino({ level: "silent" }), onCommitted: () => {} });
  const [planner, worker] = [await fleet.addAgent("Planner"), await fleet.addAgent("Worker")];
  await fleet.allow(planner, worker);
  const told: HandlingChange[] = [];
  const hinted: ConversationChange[] = [];
  const service: HandlingService = {
    db,
    bus: {
      publishDeliveries: (changes) => told.push(...changes),
      publish: (_, conversations = []) => hinted.push(...conversations),
    },
  };
  const setMode = (mode: string, agent: AgentActor = worker) =>
    owner`update mailboxes set mode = ${mode} where id = ${toUuid(agent.id)}`;
  await setMode("claim");
  return {
    planner,
    worker,
    service,
    told,
    hinted,
    setMode,
    send: (envelope: Parameters<typeof statusUpdate>[1] = {}, status?: string): Promise<SendResult> =>
      sender.send(planner, statusUpdate(worker.id, envelope, status), { request }),
    claim: async (input: object = {}, actor = worker): Promise<ClaimedMessage[]> =>
      (await claimMessages(service, actor, worker.id, claimSchema.parse(input), request)).messages,
    ack: async (...messages: ClaimedMessage[]) =>
      (
        await ackMessages(service, worker, worker.id, { messages: messages.map(leased) }, request)
      ).messages.map(({ outcome }) => outcome),
    /** Lets every lease of the mailbox run out. */
    endLeases: () => owner`
      update deliveries set available_at = now() - interval '1 second'
      where recipient_id = ${toUuid(worker.id)} and handling = 'leased'`,
    /** Lets the time of every message pass. */
    outlive: () => owner`
      update deliveries set expires_at = now() - interval '1 second'
      where recipient_id = ${toUuid(worker.id)} and expires_at is not null`,
    state: async () =>
      (
        await owner<
          { sequence: string; status: string; handling: string; leases: number; reason: string | null }[]
        >`
          select sequence, status, handling, leases, reason from deliveries
          where recipient_id = ${toUuid(worker.id)} order by sequence`
      ).map((row) => ({ ...row, sequence: Number(row.sequence) })),
    close: () => sender.close(),
  };
}
export type ClaimedMailbox = Awaited<ReturnType<typeof createClaimedMailbox>>;

export const leased = ({ id, lease }: ClaimedMessage) => ({ messageId: id, leaseId: lease.id });
