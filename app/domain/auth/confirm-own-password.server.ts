import { eq } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import { users } from "#db/schema/index.ts";
import { recordDenial } from "../audit/record-denial.server.ts";
import { AppError, invalidInput } from "../errors.ts";
import type { RequestInfo, UserActor } from "./actor.ts";
import type { PasswordPurpose, PasswordService } from "./held-attempts.server.ts";
import { verifyPassword } from "./password.server.ts";
import { recordLocks } from "./record-lock.server.ts";
import { takeBackAttempt } from "./settle-sign-in.server.ts";
import { beginAttempt } from "./sign-in-attempt.server.ts";
import type { SignInPlace } from "./sign-in-place.ts";
import { waitInWords } from "./wait-in-words.ts";

export interface ConfirmOwnPasswordOptions {
  currentPassword: string;
  purpose: PasswordPurpose;
  place: SignInPlace;
  request: RequestInfo;
}

/** The person as they were when their password was looked at. */
export interface ConfirmedPerson {
  email: string;
  name: string;
  passwordHash: string | null;
}

/**
 * Has somebody who is signed in give their password again, for what a browser that was left alone must not
 * be enough for. Wrong ones count with the failed sign-ins of the account and the address, and cost the same
 * waits (`beginAttempt`): a session is no way to guess its password.
 * @throws AppError invalid_input for a wrong one, rate_limited.
 */
export async function confirmOwnPassword(
  service: PasswordService,
  actor: UserActor,
  { currentPassword, purpose, place, request }: ConfirmOwnPasswordOptions,
): Promise<ConfirmedPerson> {
  const { db } = service;
  const { tenantId, id: userId } = actor;
  const person = await db.asSystem((tx) => readPerson(tx, actor), { readOnly: true });
  const { name, email } = person;
  const attempt = await beginAttempt(db, { email, userId, place });
  if ("waitSeconds" in attempt) {
    service.heldAttempts.note({ tenantId, actor, request, purpose });
    throw new AppError(
      "rate_limited",
      `Too many passwords were wrong. Please try again in ${waitInWords(attempt.waitSeconds)}.`,
      { retryAfterSeconds: attempt.waitSeconds },
    );
  }
  if (!(await verifyPassword(currentPassword, person.passwordHash))) {
    const whose = { tenantId, actor, request, resource: { id: userId, name }, status: "failure" as const };
    await recordDenial(service, {
      ...{ ...whose, action: "auth.password.refused" },
      details: { reason: "wrong_password", purpose },
    });
    await recordLocks(service, whose, attempt.counted);
    throw invalidInput("currentPassword", "is not your current password");
  }
  await db.asSystem((tx) => takeBackAttempt(tx, attempt, { userId, name, tenantId }, request));
  return person;
}

/** Of no tenant, so it is read as the system, and only for who it is. */
export async function readPerson(tx: Tx, actor: UserActor): Promise<ConfirmedPerson> {
  const [person] = await tx
    .select({ email: users.email, name: users.name, passwordHash: users.passwordHash })
    .from(users)
    .where(eq(users.id, actor.id));
  if (person === undefined) throw new AppError("unauthenticated", "This account does not exist any more.");
  return person;
}
