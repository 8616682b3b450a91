import { mailboxKindOf } from "#db/ids.ts";
import type { RequestInfo, UserActor } from "../auth/actor.ts";
import type { EscalationView } from "./escalation-schema.ts";
import type { MessageSender } from "./message-sender.server.ts";
import { sendMessageSchema } from "./schema.ts";

/** What a person sends with who resolves an escalation and says nothing about it. */
const withoutNote = "Resolved without a note.";

/**
 * Tells the agent that its escalation was resolved, in the conversation. However often it is asked
 * for, it is sent once: the key is the escalation's own, and the text is the one that was stored.
 */
export async function tellResolution(
  sender: Pick<MessageSender, "send">,
  actor: UserActor,
  { message, resolution }: EscalationView,
  request: RequestInfo,
): Promise<void> {
  if (mailboxKindOf(message.senderId) !== "agent") return;
  const taskId = message.type === "escalation" ? message.payload.taskId : undefined;
  const send = sendMessageSchema.parse({
    recipientId: message.senderId,
    type: "status_update",
    payload: { status: "resolved", detail: resolution ?? withoutNote, ...(taskId && { taskId }) },
    correlationId: message.correlationId,
    replyTo: message.id,
  });
  await sender.send(actor, send, { idempotencyKey: `resolved:${message.id}`, request });
}
