import { toUuid } from "#db/ids.ts";
import type { RequestInfo, UserActor } from "../auth/actor.ts";
import { AppError } from "../errors.ts";
import {
  alreadyResolved,
  changeEscalation,
  type Desk,
  eventAbout,
  heldByAnother,
} from "./change-escalation.server.ts";
import type { EscalationView, TakeEscalation } from "./escalation-schema.ts";

/**
 * Takes an escalation: it is this person's to resolve. Who has it already keeps it.
 *
 * @throws AppError not_found; conflict when it is resolved or has expired, or, unless it is to be
 * taken over, when somebody else has it (the sentence says who).
 */
export function takeEscalation(
  desk: Desk,
  actor: UserActor,
  { messageId, takeOver = false }: TakeEscalation,
  request: RequestInfo | null,
): Promise<EscalationView> {
  return changeEscalation(desk, actor, messageId, async (sql, before) => {
    const { state, holder } = before;
    if (state === "resolved") throw alreadyResolved(before);
    if (holder?.id === actor.membershipId) return null;
    if (before.isExpired)
      throw new AppError("conflict", "This escalation has expired: it cannot be taken any more.");
    // One whose holder has left the tenant is nobody's.
    if (state === "taken" && holder !== null && !takeOver) throw heldByAnother(before);
    const [tenant, message] = [toUuid(actor.tenantId), toUuid(messageId)];
    await sql`
      update deliveries set handling = 'leased' where tenant_id = ${tenant} and message_id = ${message}
    `;
    await sql`
      update escalations set state = 'taken', holder_id = ${toUuid(actor.membershipId)}, taken_at = now()
      where tenant_id = ${tenant} and message_id = ${message}
    `;
    const details = { from: holder?.id ?? null };
    return { ...eventAbout(actor, before), action: "escalation.taken", request, details };
  });
}
