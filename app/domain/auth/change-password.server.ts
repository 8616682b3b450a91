import { recordAudit } from "../audit/record-audit.server.ts";
import { AppError, invalidInput } from "../errors.ts";
import type { ChangePasswordInput } from "./account-schema.ts";
import type { RequestInfo, UserActor } from "./actor.ts";
import { confirmOwnPassword, readPerson } from "./confirm-own-password.server.ts";
import type { PasswordService } from "./held-attempts.server.ts";
import { lockUser } from "./lock-user.server.ts";
import { hashPassword } from "./password.server.ts";
import { requireGoodPassword } from "./password-rules.ts";
import { setPassword } from "./set-password.server.ts";
import type { SignInPlace } from "./sign-in-place.ts";

export interface ChangePasswordOptions extends ChangePasswordInput {
  place: SignInPlace;
  request: RequestInfo;
}

/**
 * Changes a person's own password, which takes the one they have. Their other sessions end, this one goes on.
 * @throws AppError invalid_input for a wrong current password and for a new one that is no good,
 *   rate_limited after too many wrong ones.
 */
export async function changePassword(
  service: PasswordService,
  actor: UserActor,
  { currentPassword, newPassword, place, request }: ChangePasswordOptions,
): Promise<void> {
  const user = await confirmOwnPassword(service, actor, {
    ...{ currentPassword, place, request, purpose: "change_password" },
  });
  if (newPassword === currentPassword) throw invalidInput("newPassword", "must be another one than now");
  requireGoodPassword(newPassword, user, "newPassword");
  const passwordHash = await hashPassword(newPassword);
  await service.db.asSystem(async (tx) => {
    await lockUser(tx, actor.id);
    const now = await readPerson(tx, actor);
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
