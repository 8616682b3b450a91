import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { linkIn, type ReadMail, readMail } from "#tests/setup/read-mail.ts";
import { expect } from "./journey.ts";

/** The mails to an address, the oldest first: without a mail server they are files in the data folder. */
export function mailsTo(address: string): ReadMail[] {
  const folder = join(process.env.SIGNALBOX_E2E_DATA_DIR ?? "", "mail");
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    // Made with the first mail.
    return [];
  }
  return files
    .filter((file) => file.endsWith(".eml"))
    .sort()
    .map((file) => readMail(readFileSync(join(folder, file), "utf8")))
    .filter(({ headers }) => headers.to === address);
}

/** The newest mail to an address that is about this, once it is there. */
export async function mailAbout(address: string, subject: string): Promise<ReadMail> {
  const found = () =>
    mailsTo(address)
      .filter(({ headers }) => headers.subject === subject)
      .at(-1);
  await expect.poll(() => found()?.headers.subject, { timeout: 20_000 }).toBe(subject);
  const mail = found();
  if (mail === undefined) throw new Error(`No mail to ${address} about ${subject}.`);
  return mail;
}

/** Where its link leads. */
export const mailedLink = async (address: string, subject: string): Promise<string> =>
  linkIn(await mailAbout(address, subject));
