import { channelDisabledMail } from "#app/domain/alerts/channels/channel-disabled-mail.server.ts";
import { changeEmailMail, emailChangedMail } from "#app/domain/auth/mails/change-email-mail.server.ts";
import { invitationMail } from "#app/domain/auth/mails/invitation-mail.server.ts";
import { passwordChangedMail } from "#app/domain/auth/mails/password-changed-mail.server.ts";
import { accountExistsMail, resetPasswordMail } from "#app/domain/auth/mails/reset-password-mail.server.ts";
import { verifyEmailMail } from "#app/domain/auth/mails/verify-email-mail.server.ts";
import type { Mail } from "#app/domain/mail/mail.ts";
import { MailRefusedError } from "#app/domain/mail/mailer.ts";
import type { JobPayload } from "../catalog.ts";
import type { TaskContext } from "./context.ts";

/** Makes a mail and hands it over. What the mail server will never take is not tried again. */
export async function sendMail(context: TaskContext, request: JobPayload<"send-mail">): Promise<void> {
  const { log } = context;
  const label = { id: request.id, name: request.mail };
  const mail = await makeMail(context, request);
  if (mail === undefined) {
    log.info(label, "A mail was not sent, since what it is about is over");
    return;
  }
  try {
    await context.mail.mailer.send(mail, label);
  } catch (error) {
    if (!(error instanceof MailRefusedError)) throw error;
    log.warn({ ...label, reason: error.message }, "A mail was refused for good");
  }
}

/** Each mail there is. Undefined: there is nothing to say any more. */
function makeMail({ db, mail }: TaskContext, request: JobPayload<"send-mail">): Promise<Mail | undefined> {
  switch (request.mail) {
    case "verify-email":
      return verifyEmailMail(db, mail, request.tokenId);
    case "reset-password":
      return resetPasswordMail(db, mail, request.tokenId);
    case "account-exists":
      return accountExistsMail(db, mail, request.tokenId);
    case "change-email":
      return changeEmailMail(db, mail, request.tokenId);
    case "email-changed":
      return emailChangedMail(db, mail, request.tokenId);
    case "password-changed":
      return passwordChangedMail(db, mail, request.userId);
    case "invitation":
      return invitationMail(db, mail, request);
    case "channel-disabled":
      return channelDisabledMail(db, mail, request);
  }
}
