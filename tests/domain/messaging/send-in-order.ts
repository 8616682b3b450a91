/** A process of its own that sends to mailboxes in the order given (commit-messages.test.ts). */
import type { AgentActor } from "#app/domain/auth/actor.ts";
import { commitMessages } from "#app/domain/messaging/commit-messages.server.ts";
import { prepareSend } from "#app/domain/messaging/prepare-send.server.ts";
import { createDatabase } from "#db/client.server.ts";
import { type AgentId, newId, type TenantId } from "#db/ids.ts";
import { request, statusUpdate } from "./fleet.ts";

const { SENDER, DATABASE_SYSTEM_URL, DATABASE_TENANT_URL } = process.env;
if (!SENDER || !DATABASE_SYSTEM_URL || !DATABASE_TENANT_URL)
  throw new Error("started without its environment");
const sender: { tenantId: TenantId; id: AgentId; recipients: AgentId[]; rounds: number } = JSON.parse(SENDER);

const actor: AgentActor = {
  kind: "agent",
  id: sender.id,
  tenantId: sender.tenantId,
  name: "Sender",
  scopes: new Set(["messages:send"]),
  credential: { kind: "key", id: newId("key") },
};
const db = createDatabase({ systemUrl: DATABASE_SYSTEM_URL, tenantUrl: DATABASE_TENANT_URL });
let sent = 0;
// Four at a time, so that transactions of one process meet as well.
await Promise.all(
  Array.from({ length: 4 }, async () => {
    for (let round = 0; round < sender.rounds / 4; round++) {
      const batch = sender.recipients.map((id) => prepareSend(actor, statusUpdate(id), { request }));
      const { outcomes } = await db.withSql((sql) => commitMessages(sql, batch));
      sent += outcomes.filter((outcome) => outcome.kind === "accepted").length;
    }
  }),
);
await db.close();
process.stdout.write(`sent ${sent}\n`);
