import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import type { InvitationId, TenantId } from "#db/ids.ts";
import { invitations, tenants, users } from "#db/schema/index.ts";
import { composeMail, namedInMail } from "../../mail/compose-mail.ts";
import type { Mail } from "../../mail/mail.ts";
import type { MailServices } from "../../mail/mail-services.server.ts";
import { invitationToken, mailedLinks } from "../mailed-links.ts";
import type { Role } from "../scopes.ts";

const roleInWords: Record<Role, string> = {
  tenant_admin: "an admin",
  developer: "a developer",
  member: "a member",
};

/** Asks somebody to join an organisation. Undefined when the invitation is not open any more. */
export async function invitationMail(
  db: Database,
  { linkTokens, origin }: MailServices,
  { tenantId, invitationId }: { tenantId: TenantId; invitationId: InvitationId },
): Promise<Mail | undefined> {
  const [invitation] = await db.asSystem(
    (tx) =>
      tx
        .select({
          id: invitations.id,
          email: invitations.email,
          role: invitations.role,
          sentAt: invitations.sentAt,
          expiresAt: invitations.expiresAt,
          tenantName: tenants.name,
          invitedBy: users.name,
        })
        .from(invitations)
        .innerJoin(tenants, eq(tenants.id, invitations.tenantId))
        .leftJoin(users, eq(users.id, invitations.invitedBy))
        .where(
          and(
            eq(invitations.tenantId, tenantId),
            eq(invitations.id, invitationId),
            isNull(invitations.acceptedAt),
            isNull(invitations.revokedAt),
            gt(invitations.expiresAt, sql`now()`),
            eq(tenants.status, "active"),
          ),
        ),
    { readOnly: true },
  );
  if (invitation === undefined) return undefined;
  const organisation = namedInMail(invitation.tenantName);
  const who =
    invitation.invitedBy === null ? "You are invited" : `${namedInMail(invitation.invitedBy)} invites you`;
  return composeMail({
    to: invitation.email,
    subject: `Join ${organisation} on Signalbox`,
    before: [
      "Hello,",
      `${who} to join ${organisation} at ${new URL(origin).host} as ${roleInWords[invitation.role as Role]}.`,
    ],
    link: {
      label: "Look at the invitation",
      url: mailedLinks.invitation(origin, invitationToken(linkTokens, invitation)),
    },
    after: [
      `The invitation is open until ${onDay(invitation.expiresAt)}.`,
      "If you do not know who this is, you need not do anything.",
    ],
  });
}

const onDay = (time: Date): string =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(time);
