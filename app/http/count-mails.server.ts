import { type Mailer, MailRefusedError } from "#app/domain/mail/mailer.ts";

export type MailOutcome = "sent" | "refused" | "failed";

/** The mailer, with each mail counted by what became of it. */
export const countMails = (mailer: Mailer, count: (outcome: MailOutcome) => void): Mailer => ({
  ...mailer,
  async send(...mail) {
    try {
      await mailer.send(...mail);
    } catch (error) {
      count(error instanceof MailRefusedError ? "refused" : "failed");
      throw error;
    }
    count("sent");
  },
});
