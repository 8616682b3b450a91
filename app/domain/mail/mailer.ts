import type { Mail } from "./mail.ts";

/** What a mail is known by, the same at every attempt to send it. */
export interface MailLabel {
  /** A UUIDv7 from when it was asked for; its Message-ID is made of it. */
  id: string;
  /** Which mail of ours it is: `verify-email`. */
  name: string;
}

/** The way out for mails. */
export interface Mailer {
  /**
   * Hands a mail over. One that is sent twice, because the first answer was lost, has the same Message-ID.
   * @throws MailRefusedError when trying again would not help, else what kept it from being sent.
   */
  send(mail: Mail, label: MailLabel): Promise<void>;
}

/** The mail server takes everything else, but not this mail. */
export class MailRefusedError extends Error {
  override readonly name = "MailRefusedError";
}
