import { randomBytes } from "node:crypto";
import { and, eq, notExists, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Database, Tx } from "#db/database.ts";
import { newId } from "#db/ids.ts";
import { oneTimeTokens, users } from "#db/schema/index.ts";
import { AppError } from "../errors.ts";
import { enqueueMail } from "../mail/enqueue-mail.server.ts";
import { digestLinkToken, type LinkTokens } from "../mail/link-tokens.server.ts";
import type { RequestInfo } from "./actor.ts";
import type { EmailChange } from "./find-email-change.server.ts";
import { recordInTheirTenants } from "./record-in-their-tenants.server.ts";
import { takeAsUsed, voidOneTimeTokens } from "./spend-one-time-token.server.ts";

/** What following a link of this kind takes. */
export interface EmailChangeService {
  db: Database;
  linkTokens: LinkTokens;
}

/**
 * The address that a link was mailed to becomes its person's, confirmed; every other link of theirs is void,
 * and the address before is told. Sessions go on: whoever asked for it had the password.
 * @throws AppError invalid_input for a link that was used or voided meanwhile, conflict for an address that
 *   has an account by now.
 */
export async function applyEmailChange(tx: Tx, change: EmailChange, request: RequestInfo): Promise<void> {
  const { userId, name, from, to } = change;
  await takeAsUsed(tx, change);
  const others = alias(users, "others");
  const [changed] = await tx
    .update(users)
    .set({ email: to, emailVerifiedAt: sql`now()` })
    .where(
      and(
        eq(users.id, userId),
        eq(users.email, from),
        notExists(tx.select({ id: others.id }).from(others).where(eq(others.email, to))),
      ),
    )
    .returning({ id: users.id });
  if (changed === undefined) throw addressTaken();
  for (const purpose of ["verify_email", "reset_password"] as const)
    await voidOneTimeTokens(tx, userId, { purpose });
  await recordInTheirTenants(tx, userId, {
    ...{ actor: { kind: "user", id: userId, name }, request },
    action: "auth.email.changed",
    resource: { id: userId, name },
    details: { from, to },
  });
  await tellAddressBefore(tx, change);
}

export const addressTaken = (): AppError =>
  new AppError("conflict", "This address cannot be used any more: it has an account by now.");

/**
 * A mail is made of rows, and the address that was left is in none any more: it is kept as that of a link
 * which nobody has, and that is used already.
 */
async function tellAddressBefore(tx: Tx, { userId, from }: EmailChange): Promise<void> {
  const tokenId = newId("ott");
  await tx.insert(oneTimeTokens).values({
    ...{ id: tokenId, userId, purpose: "verify_email", email: from },
    tokenHash: digestLinkToken(randomBytes(32).toString("base64url")),
    expiresAt: sql`now()`,
    usedAt: sql`now()`,
  });
  await enqueueMail(tx, { mail: "email-changed", tokenId });
}
