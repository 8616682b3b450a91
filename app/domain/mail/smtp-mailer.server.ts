import { createTransport } from "nodemailer";
import { z } from "zod";
import { MailDeferredError, type Mailer, MailRefusedError } from "./mailer.ts";
import { messageOptions } from "./message-options.ts";

interface SmtpMailerOptions {
  smtpUrl: string;
  from: string;
  origin: string;
}

/** Long enough for a slow server, short enough that one which hangs does not hold up other work for long. */
const connectTimeoutMs = 10_000;
const answerTimeoutMs = 20_000;

/** Hands each mail to the server in a connection of its own: they are few, and none is left to go stale. */
export function createSmtpMailer({ smtpUrl, from, origin }: SmtpMailerOptions): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: answerTimeoutMs,
  });
  return {
    async send(mail, label) {
      try {
        await transport.sendMail(messageOptions(mail, label, { from, origin }));
      } catch (error) {
        throw toMailError(error);
      }
    },
  };
}

/**
 * What is told of a failure: without the recipient, whom servers like to name in their answers and nodemailer
 * in its errors' fields, and who has no business in the log.
 *
 * A refusal is what the server will say whatever happens (RFC 5321 4.2.1: 5yz) of this recipient or this text.
 * What it says before it knows either is true of all mails, and somebody's to mend.
 */
function toMailError(error: unknown): Error {
  const answer = smtpAnswer.safeParse(error).data;
  if (answer === undefined)
    return new Error(`The mail was not sent: ${error instanceof Error ? error.message : String(error)}`);
  const said = `The mail server answered ${answer.command} with ${answer.responseCode}.`;
  const { responseCode } = answer;
  return answer.permanent
    ? new MailRefusedError(said, responseCode)
    : new MailDeferredError(said, responseCode);
}

/** What nodemailer says of an answer to either. */
const smtpAnswer = z.object({
  command: z.enum(["RCPT TO", "DATA"]),
  responseCode: z.number(),
  permanent: z.boolean(),
});
