import type { LinkTokens } from "./link-tokens.server.ts";
import type { Mailer } from "./mailer.ts";

/** What making and sending mails takes beside the database. */
export interface MailServices {
  mailer: Mailer;
  linkTokens: LinkTokens;
  /** Where links lead: the service as browsers know it, such as `https://signalbox.example.com`. */
  origin: string;
}
