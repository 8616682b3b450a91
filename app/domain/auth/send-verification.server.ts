import { and, count, eq, gt, max, type SQL, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import type { TenantId, UserId } from "#db/ids.ts";
import { oneTimeTokens, users } from "#db/schema/index.ts";
import type { AuditActor } from "../audit/audit-event.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { AppError } from "../errors.ts";
import { enqueueMail } from "../mail/enqueue-mail.server.ts";
import type { LinkTokens } from "../mail/link-tokens.server.ts";
import type { RequestInfo, UserActor } from "./actor.ts";
import { issueOneTimeToken } from "./issue-one-time-token.server.ts";
import { lockUser } from "./lock-user.server.ts";

export interface MailVerificationOptions {
  userId: UserId;
  email: string;
  name: string;
  tenantId: TenantId;
  actor: AuditActor;
  request: RequestInfo;
}

/** Mails a link that confirms an address. */
export async function mailVerification(
  tx: Tx,
  linkTokens: LinkTokens,
  { userId, email, name, tenantId, actor, request }: MailVerificationOptions,
): Promise<void> {
  const tokenId = await issueOneTimeToken(tx, linkTokens, { userId, email, purpose: "verify_email" });
  if (tokenId === undefined) throw new Error("A new id was taken.");
  await recordAudit(tx, {
    ...{ tenantId, actor, request },
    action: "auth.email.verification_sent",
    resource: { id: userId, name },
    details: {},
  });
  await enqueueMail(tx, { mail: "verify-email", tokenId });
}

const pauseSeconds = 60;
const maxPerDay = 5;

/**
 * Mails the link again, for somebody who is signed in: one a minute, five a day. Those before still work.
 * @throws AppError conflict when the address is confirmed, rate_limited.
 */
export async function resendVerification(
  db: Database,
  linkTokens: LinkTokens,
  actor: UserActor,
  request: RequestInfo,
): Promise<{ email: string }> {
  return db.asSystem(async (tx) => {
    const { id: userId, tenantId } = actor;
    await lockUser(tx, userId);
    const [user] = await tx
      .select({ email: users.email, name: users.name, verifiedAt: users.emailVerifiedAt })
      .from(users)
      .where(eq(users.id, userId));
    if (user === undefined || user.verifiedAt !== null)
      throw new AppError("conflict", "Your email address is confirmed already.");
    await requireMailPause(tx, userId, eq(oneTimeTokens.email, user.email));
    const { email, name } = user;
    await mailVerification(tx, linkTokens, { userId, email, name, tenantId, actor, request });
    return { email };
  });
}

/**
 * Links that confirm an address: one a minute, five a day.
 * @param where those to the address that the person has, or those to any other
 * @throws AppError rate_limited.
 */
export async function requireMailPause(tx: Tx, userId: UserId, where: SQL): Promise<void> {
  const [sent] = await tx
    .select({
      mails: count(),
      secondsAgo: sql<number>`extract(epoch from now() - ${max(oneTimeTokens.createdAt)})::int`,
    })
    .from(oneTimeTokens)
    .where(
      and(
        eq(oneTimeTokens.userId, userId),
        eq(oneTimeTokens.purpose, "verify_email"),
        where,
        gt(oneTimeTokens.createdAt, sql`now() - interval '1 day'`),
      ),
    );
  if (sent === undefined || sent.mails === 0) return;
  const wait = pauseSeconds - sent.secondsAgo;
  if (wait > 0)
    throw new AppError(
      "rate_limited",
      `A mail was sent a moment ago. Look in your inbox, or try again in ${wait} seconds.`,
      { retryAfterSeconds: wait },
    );
  if (sent.mails >= maxPerDay)
    throw new AppError(
      "rate_limited",
      "Several mails were sent today. Look in your inbox, or try again tomorrow.",
      {
        retryAfterSeconds: 86_400,
      },
    );
}
