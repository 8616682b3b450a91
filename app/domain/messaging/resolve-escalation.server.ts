import { type MessageId, toUuid } from "#db/ids.ts";
import type { RequestInfo, UserActor } from "../auth/actor.ts";
import { invalidInput } from "../errors.ts";
import {
  alreadyResolved,
  changeEscalation,
  type Desk,
  eventAbout,
  heldByAnother,
} from "./change-escalation.server.ts";
import { type EscalationView, resolutionSchema } from "./escalation-schema.ts";

export interface ResolveEscalation {
  messageId: MessageId;
  /** What came of it, for the others. */
  resolution?: string | undefined;
}

/**
 * Resolves an escalation: who has it does, or anybody while nobody has it. Done again by who did it,
 * it changes nothing. One that expired keeps saying so, since nobody acked it in time.
 *
 * @throws AppError not_found; invalid_input (resolution); conflict when somebody else has it or has
 * resolved it.
 */
export async function resolveEscalation(
  desk: Desk,
  actor: UserActor,
  { messageId, resolution }: ResolveEscalation,
  request: RequestInfo | null,
): Promise<EscalationView> {
  const parsed = resolutionSchema.optional().safeParse(resolution);
  if (!parsed.success) throw invalidInput("resolution", "must have at most 2,000 characters");
  const note = parsed.data || null;
  return changeEscalation(desk, actor, messageId, async (sql, before) => {
    const { state, holder, resolvedBy } = before;
    if (state === "resolved") {
      if (resolvedBy?.id === actor.membershipId) return null;
      throw alreadyResolved(before);
    }
    if (state === "taken" && holder !== null && holder.id !== actor.membershipId) throw heldByAnother(before);
    const [tenant, message] = [toUuid(actor.tenantId), toUuid(messageId)];
    if (!before.isExpired)
      await sql`
        update deliveries set handling = 'acked', handled_at = now()
        where tenant_id = ${tenant} and message_id = ${message}
      `;
    await sql`
      update escalations set
        state = 'resolved', resolved_by = ${toUuid(actor.membershipId)}, resolved_at = now(), resolution = ${note}
      where tenant_id = ${tenant} and message_id = ${message}
    `;
    return {
      ...eventAbout(actor, before),
      action: "escalation.resolved",
      request,
      details: { resolution: note },
    };
  });
}
