import type { Database } from "#db/database.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { RequestInfo, UserActor } from "./actor.ts";
import { readPerson } from "./confirm-own-password.server.ts";
import { lockUser } from "./lock-user.server.ts";
import { voidOneTimeTokens } from "./spend-one-time-token.server.ts";

/** Keeps the address that the person has: the link to another one does nothing any more. */
export async function cancelEmailChange(db: Database, actor: UserActor, request: RequestInfo): Promise<void> {
  const { id: userId, tenantId } = actor;
  await db.asSystem(async (tx) => {
    await lockUser(tx, userId);
    const { email, name } = await readPerson(tx, actor);
    const voided = await voidOneTimeTokens(tx, userId, { purpose: "verify_email", notTo: email });
    if (voided === 0) return;
    await recordAudit(tx, {
      ...{ tenantId, actor, request, details: {} },
      action: "auth.email.change_cancelled",
      resource: { id: userId, name },
    });
  });
}
