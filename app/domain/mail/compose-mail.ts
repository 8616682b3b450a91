import type { Mail } from "./mail.ts";

export interface MailParts {
  to: string;
  subject: string;
  /** Paragraphs before the link. */
  before: readonly string[];
  /** What belongs to them, each with its label. */
  facts?: readonly (readonly [label: string, value: string])[];
  link?: { label: string; url: string };
  /** Paragraphs after it. */
  after?: readonly string[];
}

const maxSubjectLength = 150;

/** A mail of ours: the same paragraphs as text and as HTML, with at most one link to follow. */
export function composeMail({ to, subject, before, facts = [], link, after = [] }: MailParts): Mail {
  const lines = facts.map(([label, value]) => `${label}: ${value}`).join("\n");
  const paragraphs = [...before, ...(lines ? [lines] : []), ...(link ? [link.url] : []), ...after];
  return {
    to,
    subject: oneLine(subject),
    text: `${[...paragraphs, signature].join("\n\n")}\n`,
    html: page(
      [
        ...before.map(paragraph),
        ...(facts.length > 0 ? [table(facts)] : []),
        ...(link ? [button(link.label, link.url)] : []),
        ...after.map(paragraph),
        ...(link ? [small(`If the button does not work, open ${link.url}`)] : []),
        small(signature),
      ].join("\n"),
    ),
  };
}

/**
 * What somebody called themselves or their organisation, for a mail to somebody else: one short line in
 * which a mail program finds no address or link to make clickable.
 */
export const namedInMail = (name: string): string => {
  const short = oneLine(name);
  return (short.length > 60 ? `${short.slice(0, 59)}…` : short).replace(/[.:/@]/g, `$&${wordJoiner}`);
};

/** A text that somebody may have typed, in which a mail program finds no address or link. */
export const unlinked = (text: string): string => text.replace(/[.:/@](?=\S)/g, `$&${wordJoiner}`);

const wordJoiner = "\u2060";
const signature = "Signalbox, the control room for fleets of agents";

/** Without what could end a header, or turn the text around. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, " ")
    .trim()
    .slice(0, maxSubjectLength);

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => escapes[character] ?? "");

const paragraph = (text: string): string => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`;

const table = (facts: readonly (readonly [string, string])[]): string =>
  `<table role="presentation" style="margin:0 0 16px;border-collapse:collapse;font-size:14px">${facts
    .map(
      ([label, value]) =>
        `<tr><td class="quiet" style="padding:2px 16px 2px 0;color:#4c525e;vertical-align:top;white-space:nowrap">${escapeHtml(label)}</td><td style="padding:2px 0;overflow-wrap:anywhere">${escapeHtml(value)}</td></tr>`,
    )
    .join("")}</table>`;

const small = (text: string): string =>
  `<p class="quiet" style="margin:16px 0 0;font-size:13px;color:#4c525e;overflow-wrap:anywhere">${escapeHtml(text)}</p>`;

const button = (label: string, url: string): string =>
  `<p style="margin:24px 0"><a class="button" href="${escapeHtml(url)}" style="display:inline-block;padding:10px 16px;border-radius:6px;background:#16181d;color:#ffffff;font-weight:500;text-decoration:none">${escapeHtml(label)}</a></p>`;

/** Mail programs know little CSS: everything that matters is said on the element. */
const page = (body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<style>
@media (prefers-color-scheme: dark) {
  body { background: #0b0c0f !important; color: #edeff2 !important; }
  .quiet { color: #aaafba !important; }
  .button { background: #edeff2 !important; color: #111216 !important; }
}
</style>
</head>
<body style="margin:0;background:#ffffff;color:#16181d;font:15px/24px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
<div style="max-width:34rem;margin:0 auto;padding:32px 24px">
${body}
</div>
</body>
</html>
`;
