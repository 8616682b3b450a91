import { madeAtMs } from "#db/ids.ts";
import type { Mail } from "./mail.ts";
import type { MailLabel } from "./mailer.ts";

/** A mail as nodemailer takes it, which encodes what stands in headers. */
export const messageOptions = (
  { to, subject, text, html, headers, thread }: Mail,
  { id }: MailLabel,
  { from, origin }: { from: string; origin: string },
) => ({
  from,
  // As an object, an address is never read as a list of them.
  to: { name: "", address: to },
  subject,
  text,
  html,
  date: new Date(madeAtMs(id)),
  messageId: `<${id}@${new URL(origin).hostname}>`,
  ...(thread !== undefined && { references: `<${thread}@${new URL(origin).hostname}>` }),
  // RFC 3834: so that nobody's holiday answers it.
  headers: { ...headers, "Auto-Submitted": "auto-generated" },
  // Nothing of a mail of ours is to be fetched or read from the disk.
  disableFileAccess: true,
  disableUrlAccess: true,
});
