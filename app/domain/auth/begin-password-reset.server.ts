import { and, count, eq, gt, isNull, sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { OneTimeTokenId, UserId } from "#db/ids.ts";
import { oneTimeTokens, users } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { enqueueMail } from "../mail/enqueue-mail.server.ts";
import type { LinkTokens } from "../mail/link-tokens.server.ts";
import type { RequestInfo } from "./actor.ts";
import { findHomeTenant } from "./home-tenant.server.ts";
import { issueOneTimeToken } from "./issue-one-time-token.server.ts";
import { lockUser } from "./lock-user.server.ts";

export interface BeginPasswordResetOptions {
  userId: UserId;
  /** Of the link to be made, so that beginning twice makes one. */
  tokenId: OneTimeTokenId;
  /** What the mail says around the link. */
  mail: "reset-password" | "account-exists";
  request: RequestInfo;
}

/** More mails than this an hour are nobody who forgot something. The links that are out still work. */
const maxLinksPerHour = 3;

/** Mails a person the way to a new password. Nothing is changed until they have followed it. */
export async function beginPasswordReset(
  tx: Tx,
  linkTokens: LinkTokens,
  { userId, tokenId, mail, request }: BeginPasswordResetOptions,
): Promise<void> {
  await lockUser(tx, userId);
  const [user] = await tx
    .select({ name: users.name, email: users.email })
    .from(users)
    .where(and(eq(users.id, userId), isNull(users.disabledAt)));
  if (user === undefined) return;
  const [recent] = await tx
    .select({ links: count() })
    .from(oneTimeTokens)
    .where(
      and(
        eq(oneTimeTokens.userId, userId),
        eq(oneTimeTokens.purpose, "reset_password"),
        gt(oneTimeTokens.createdAt, sql`now() - interval '1 hour'`),
      ),
    );
  if (recent !== undefined && recent.links >= maxLinksPerHour) return;
  const issued = await issueOneTimeToken(tx, linkTokens, {
    ...{ userId, purpose: "reset_password", email: user.email, id: tokenId },
  });
  if (issued === undefined) return;
  await recordAudit(tx, {
    tenantId: await findHomeTenant(tx, userId),
    // Whoever typed the address: it need not have been its owner.
    actor: { kind: "user", id: null, name: null },
    action: mail === "reset-password" ? "auth.password.reset_requested" : "auth.signup.refused",
    resource: { id: userId, name: user.name },
    request,
    details: {},
  });
  await enqueueMail(tx, { mail, tokenId });
}
