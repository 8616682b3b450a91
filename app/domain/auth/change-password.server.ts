import { eq } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import { users } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { type DenialSink, recordDenial } from "../audit/record-denial.server.ts";
import { AppError, invalidInput } from "../errors.ts";
import type { ChangePasswordInput } from "./account-schema.ts";
import type { RequestInfo, UserActor } from "./actor.ts";
import { lockUser } from "./lock-user.server.ts";
import { hashPassword, verifyPassword } from "./password.server.ts";
import { requireGoodPassword } from "./password-rules.ts";
import { setPassword } from "./set-password.server.ts";

/**
 * Changes a person's own password, which takes the one they have: a browser that was left alone is not
 * enough. Their other sessions end, this one goes on.
 * @throws AppError invalid_input for a wrong current password and for a new one that is no good.
 */
export async function changePassword(
  sink: DenialSink,
  actor: UserActor,
  { currentPassword, newPassword }: ChangePasswordInput,
  request: RequestInfo,
): Promise<void> {
  const { db } = sink;
  const user = await db.asSystem((tx) => readUser(tx, actor), { readOnly: true });
  if (!(await verifyPassword(currentPassword, user.passwordHash))) {
    await recordDenial(sink, {
      ...{ tenantId: actor.tenantId, actor, request },
      action: "auth.password.changed",
      status: "failure",
      resource: { id: actor.id, name: actor.name },
      details: { sessionsEnded: 0 },
    });
    throw invalidInput("currentPassword", "is not your current password");
  }
  if (newPassword === currentPassword) throw invalidInput("newPassword", "must be another one than now");
  requireGoodPassword(newPassword, user, "newPassword");
  const passwordHash = await hashPassword(newPassword);
  await db.asSystem(async (tx) => {
    await lockUser(tx, actor.id);
    const now = await readUser(tx, actor);
    if (now.passwordHash !== user.passwordHash)
      throw new AppError("conflict", "Your password was changed in the meantime. Sign in with the new one.");
    const sessionsEnded = await setPassword(tx, {
      ...{ userId: actor.id, passwordHash, keep: actor.credential.id, actor, request },
    });
    await recordAudit(tx, {
      ...{ tenantId: actor.tenantId, actor, request },
      action: "auth.password.changed",
      resource: { id: actor.id, name: actor.name },
      details: { sessionsEnded },
    });
  });
}

async function readUser(tx: Tx, actor: UserActor) {
  const [user] = await tx
    .select({ email: users.email, name: users.name, passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.id, actor.id));
  if (user === undefined) throw new AppError("unauthenticated", "This account does not exist any more.");
  return user;
}
