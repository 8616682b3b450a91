import { type MessageId, toUuid } from "#db/ids.ts";
import type { RequestInfo, UserActor } from "../auth/actor.ts";
import {
  alreadyResolved,
  changeEscalation,
  type Desk,
  eventAbout,
  heldByAnother,
} from "./change-escalation.server.ts";
import type { EscalationView } from "./escalation-schema.ts";

/**
 * Puts an escalation back for others to take. One that nobody has is back already.
 * @throws AppError not_found; conflict when it is resolved or somebody else has it.
 */
export function handBackEscalation(
  desk: Desk,
  actor: UserActor,
  messageId: MessageId,
  request: RequestInfo | null,
): Promise<EscalationView> {
  return changeEscalation(desk, actor, messageId, async (sql, before) => {
    const { state, holder } = before;
    if (state === "resolved") throw alreadyResolved(before);
    if (state === "open") return null;
    if (holder !== null && holder.id !== actor.membershipId) throw heldByAnother(before);
    const [tenant, message] = [toUuid(actor.tenantId), toUuid(messageId)];
    await sql`
      update deliveries set handling = 'unread'
      where tenant_id = ${tenant} and message_id = ${message} and handling = 'leased'
    `;
    await sql`
      update escalations set state = 'open', holder_id = null, taken_at = null
      where tenant_id = ${tenant} and message_id = ${message}
    `;
    return { ...eventAbout(actor, before), action: "escalation.handed_back", request, details: {} };
  });
}
