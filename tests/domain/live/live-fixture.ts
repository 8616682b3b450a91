import { pino } from "pino";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import type { CredentialRef } from "#app/domain/auth/credentials.server.ts";
import { createLiveHub, type LiveHub, type LiveHubOptions } from "#app/domain/live/live-hub.server.ts";
import { createPostgresWakeBus, type WakeBus } from "#app/domain/live/wake-bus.server.ts";
import { createMessageSender, type MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import type { Database } from "#db/database.ts";
import type { MailboxId } from "#db/ids.ts";
import { createFleet, type Fleet, request, statusUpdate } from "#tests/domain/messaging/fleet.ts";
import type { TestDatabase } from "#tests/setup/database.ts";
import { openReader, type Reader, type ReaderOptions } from "./reader.ts";

export const log = pino({ level: "silent" });

export type OpenOptions = Partial<ReaderOptions> & Pick<ReaderOptions, "mailboxes">;

/** The live parts of one process. */
export interface LiveProcess {
  hub: LiveHub;
  bus: WakeBus;
  sender: MessageSender;
  /** A key that holds. */
  credential: CredentialRef;
  open(options: OpenOptions): Reader;
  /** Sends `count` numbered messages to a mailbox, one commit after the other. */
  send(mailboxId: MailboxId, count: number): Promise<void>;
  /** Sends them at once, as many together as the sender takes. */
  sendTogether(mailboxId: MailboxId, count: number): Promise<void>;
  close(): Promise<void>;
}

/** A quick clock, so that no test waits for it. The safety poll is as slow as it is: it would hide what the bus loses. */
export const periods = { tickMs: 20, heartbeatMs: 200, pollMs: 4_000, recheckMs: 200 };

/** What one process has, on its own connections when it is given some. */
export async function startLiveProcess(
  db: Database,
  fleet: Fleet,
  options: Partial<LiveHubOptions> = {},
): Promise<LiveProcess> {
  const bus = createPostgresWakeBus({ db, log });
  const hub = createLiveHub({ db, bus, log, periods, ...options });
  const sender = createMessageSender({ db, log, onCommitted: bus.publish });
  await bus.start();
  const credential = await aKey(db, fleet);
  const sendOne = (mailboxId: MailboxId, status: string) =>
    sender.send(fleet.admin, statusUpdate(mailboxId, {}, status), { request });
  return {
    hub,
    bus,
    sender,
    credential,
    open: (opened) => openReader(hub, { tenantId: fleet.tenantId, credential, ...opened }),
    async send(mailboxId, count) {
      for (let i = 0; i < count; i += 1) await sendOne(mailboxId, `working on ${i}`);
    },
    async sendTogether(mailboxId, count) {
      await Promise.all(Array.from({ length: count }, (_, i) => sendOne(mailboxId, `working on ${i}`)));
    },
    async close() {
      await sender.close();
      hub.close();
      await bus.close();
    },
  };
}

/** A key of a new agent. */
export async function aKey(db: Database, fleet: Fleet): Promise<CredentialRef> {
  const agent = await fleet.addAgent("watcher");
  const { id } = await createApiKey(db, fleet.admin, { name: "watch", agentId: agent.id }, null);
  return { tenantId: fleet.tenantId, kind: "key", id };
}

/** A tenant for the file. */
export const aFleet = (database: TestDatabase): Promise<Fleet> => createFleet(database, "Live");
