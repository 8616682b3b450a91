import type { Writable } from "node:stream";

interface Announcement {
  origin: string;
  startedInMs: number;
  /** The demo tenant's administrator. */
  admin: { email: string; password: string } | undefined;
  /** The administrator of the demo's silent second tenant. */
  neighbour: { email: string; password: string } | undefined;
  credentialsFile: string | undefined;
  /** Where mails are kept as files; undefined with a mail server. */
  mailFolder: string | undefined;
}

/** Tells whoever started the server where it is and how to get in. */
export function announce(out: Writable, announcement: Announcement): void {
  const { origin, startedInMs, admin, neighbour, credentialsFile, mailFolder } = announcement;
  const lines = ["", `  Signalbox is running at ${origin}`];
  if (admin !== undefined) {
    lines.push(
      "",
      "  Sign in to the demo as",
      `    e-mail    ${admin.email}`,
      `    password  ${admin.password}`,
    );
    if (neighbour !== undefined)
      lines.push(
        "",
        "  and to a second tenant, which sees nothing of the first, as",
        `    e-mail    ${neighbour.email}`,
        `    password  ${neighbour.password}`,
      );
    if (credentialsFile !== undefined) lines.push(`  (kept in ${credentialsFile})`);
  }
  if (mailFolder !== undefined) lines.push("", `  Mails are kept as files in ${mailFolder}`);
  lines.push("", `  Started in ${(startedInMs / 1000).toFixed(1)} s. Stop it with Ctrl+C.`, "", "");
  out.write(lines.join("\n"));
}
