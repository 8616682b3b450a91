import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import type { Log } from "#db/log.ts";
import type { Mailer } from "./mailer.ts";
import { messageOptions } from "./message-options.ts";

interface MailFilesOptions {
  folder: string;
  from: string;
  origin: string;
  log: Log;
}

/** Keeps each mail as a file (`<id>-<name>.eml`, by time) that mail programs open, and says where. */
export function createMailFiles({ folder, from, origin, log }: MailFilesOptions): Mailer {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: "windows" });
  return {
    async send(mail, label) {
      const { message } = await composer.sendMail(messageOptions(mail, label, { from, origin }));
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const file = join(folder, `${label.id}-${label.name}.eml`);
      // Written aside, so that whoever waits for the file never reads half of it.
      const draft = `${file}.draft`;
      await writeFile(draft, message, { mode: 0o600 });
      await rename(draft, file);
      log.warn({ file, mail: label.name }, "No SMTP_URL is set: a mail was kept as a file");
    },
  };
}
