import type { Writable } from "node:stream";

interface DemoPerson {
  /** "admin", "member"; one that data folders lack has no credentials. */
  as: string;
  credentials: { email: string; password: string } | undefined;
}

interface Announcement {
  origin: string;
  startedInMs: number;
  /** Who can sign in to the demo, by what they are there; undefined without one. */
  people: readonly DemoPerson[] | undefined;
  credentialsFile: string | undefined;
  /** Where mails are kept as files; undefined with a mail server. */
  mailFolder: string | undefined;
}

/** Tells whoever started the server where it is and how to get in. */
export function announce(out: Writable, announcement: Announcement): void {
  const { origin, startedInMs, people, credentialsFile, mailFolder } = announcement;
  const lines = ["", `  Signalbox is running at ${origin}`];
  if (people !== undefined) {
    lines.push("", "  Sign in to the demo with e-mail and password as", ...people.flatMap(lineOf));
    if (credentialsFile !== undefined) lines.push(`  (kept in ${credentialsFile})`);
  }
  if (mailFolder !== undefined) lines.push("", `  Mails are kept as files in ${mailFolder}`);
  lines.push("", `  Started in ${(startedInMs / 1000).toFixed(1)} s. Stop it with Ctrl+C.`, "", "");
  out.write(lines.join("\n"));
}

const lineOf = ({ as, credentials }: DemoPerson): string[] =>
  credentials === undefined
    ? []
    : [`    ${as.padEnd(22)}${credentials.email.padEnd(30)}${credentials.password}`];
