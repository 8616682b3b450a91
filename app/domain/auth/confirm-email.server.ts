import { and, eq, isNull, sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { TenantId, UserId } from "#db/ids.ts";
import { users } from "#db/schema/index.ts";
import type { AuditActor } from "../audit/audit-event.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { RequestInfo } from "./actor.ts";
import { voidOneTimeTokens } from "./spend-one-time-token.server.ts";

export interface ConfirmEmailOptions {
  userId: UserId;
  /** The address that was shown to be theirs. */
  email: string;
  /** Whose audit trail has it. */
  tenantId: TenantId;
  actor: AuditActor;
  request: RequestInfo;
}

/** Notes that an address is its person's; does nothing when it was known, or they have another by now. */
export async function confirmEmail(
  tx: Tx,
  { userId, email, tenantId, actor, request }: ConfirmEmailOptions,
): Promise<void> {
  const [confirmed] = await tx
    .update(users)
    .set({ emailVerifiedAt: sql`now()` })
    .where(and(eq(users.id, userId), eq(users.email, email), isNull(users.emailVerifiedAt)))
    .returning({ name: users.name });
  if (confirmed === undefined) return;
  await voidOneTimeTokens(tx, userId, { purpose: "verify_email", to: email });
  await recordAudit(tx, {
    ...{ tenantId, actor, request },
    action: "auth.email.verified",
    resource: { id: userId, name: confirmed.name },
    details: {},
  });
}
