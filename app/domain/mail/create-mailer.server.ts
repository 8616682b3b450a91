import type { Log } from "#db/log.ts";
import { createMailFiles } from "./mail-files.server.ts";
import type { Mailer } from "./mailer.ts";
import { createSmtpMailer } from "./smtp-mailer.server.ts";

export interface CreateMailerOptions {
  /** Absent: mails are kept as files. */
  smtpUrl: string | undefined;
  /** `Name <address>`, or an address. */
  from: string;
  /** Where links lead, such as `https://signalbox.example.com`; its host is in the Message-IDs. */
  origin: string;
  /** For mails as files. */
  folder: string;
  log: Log;
}

/** Mails by SMTP, or, where no server is set, as files in a folder. */
export const createMailer = ({ smtpUrl, ...options }: CreateMailerOptions): Mailer =>
  smtpUrl === undefined ? createMailFiles(options) : createSmtpMailer({ ...options, smtpUrl });
