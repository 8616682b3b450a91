import { join } from "node:path";
import { createMailer } from "#app/domain/mail/create-mailer.server.ts";
import { createLinkTokens } from "#app/domain/mail/link-tokens.server.ts";
import type { MailServices } from "#app/domain/mail/mail-services.server.ts";
import { silentLog } from "#db/log.ts";

/** What sending mails takes: by this server, or into a folder that nobody looks into. */
export const mailServices = (smtpUrl?: string, folder = join("/nonexistent", "mail")): MailServices => ({
  mailer: createMailer({
    smtpUrl,
    folder,
    from: "Signalbox <signalbox@signalbox.example>",
    origin: "https://signalbox.example",
    log: silentLog,
  }),
  linkTokens: createLinkTokens("a secret key for tests, of at least 32 characters"),
  origin: "https://signalbox.example",
});
