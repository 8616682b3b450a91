import { and, eq, isNull } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import type { UserId } from "#db/ids.ts";
import { users } from "#db/schema/index.ts";
import { composeMail } from "../../mail/compose-mail.ts";
import type { Mail } from "../../mail/mail.ts";
import type { MailServices } from "../../mail/mail-services.server.ts";

/** Tells a person that their password is another one, in case it was not they who changed it. */
export async function passwordChangedMail(
  db: Database,
  { origin }: MailServices,
  userId: UserId,
): Promise<Mail | undefined> {
  const [user] = await db.asSystem(
    (tx) =>
      tx
        .select({ email: users.email, changedAt: users.passwordChangedAt })
        .from(users)
        .where(and(eq(users.id, userId), isNull(users.disabledAt))),
    { readOnly: true },
  );
  if (user?.changedAt == null) return undefined;
  return composeMail({
    to: user.email,
    subject: "Your password was changed",
    before: [
      "Hello,",
      `the password of your account at ${new URL(origin).host} was changed on ${inWords(user.changedAt)}. Whoever was signed in elsewhere with it is signed out.`,
      "If it was you, there is nothing to do. If it was not, choose a new password at once:",
    ],
    link: { label: "Choose a new password", url: `${origin}/forgot-password` },
  });
}

const inWords = (time: Date): string =>
  `${new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }).format(time)} UTC`;
