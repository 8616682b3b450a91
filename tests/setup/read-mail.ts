/** As much of a mail as tests look at. */
export interface ReadMail {
  /** By lower-case name, unfolded and decoded. */
  headers: Record<string, string>;
  text: string;
  html: string;
  /** All of it, as it was transferred. */
  source: string;
}

/** Reads a mail of ours: multipart/alternative with a text and an HTML part. */
export function readMail(source: string): ReadMail {
  const [head, body] = split(source);
  const headers = readHeaders(head);
  const boundary = /boundary="([^"]+)"/.exec(headers["content-type"] ?? "")?.[1];
  if (boundary === undefined) throw new Error(`No multipart message: ${source}`);
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => split(part.replace(/^\r?\n/, "")));
  const part = (type: string): string => {
    for (const [partHead, content] of parts) {
      const partHeaders = readHeaders(partHead);
      if (partHeaders["content-type"]?.startsWith(type))
        return decode(content, partHeaders["content-transfer-encoding"] ?? "7bit");
    }
    throw new Error(`No ${type} part: ${source}`);
  };
  return { headers, text: part("text/plain"), html: part("text/html"), source };
}

/** The link in a mail, as a path on the server. */
export function linkIn({ text }: Pick<ReadMail, "text">): string {
  const url = /https?:\/\/\S+\?token=\S+/.exec(text)?.[0];
  if (url === undefined) throw new Error(`No link: ${text}`);
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}

function split(text: string): [head: string, body: string] {
  const match = /\r?\n\r?\n/.exec(text);
  if (match === null) return [text, ""];
  return [text.slice(0, match.index), text.slice(match.index + match[0].length)];
}

function readHeaders(head: string): Record<string, string> {
  const lines = head.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())];
    }),
  );
}

/** RFC 2047. */
const decodeWords = (value: string): string =>
  value
    .replace(/\?= =\?/g, "?==?")
    .replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, encoding: string, text: string) =>
      encoding.toUpperCase() === "B"
        ? Buffer.from(text, "base64").toString("utf8")
        : quotedPrintable(text.replaceAll("_", " ")),
    );

function decode(content: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(content, "base64").toString("utf8");
  const text = encoding === "quoted-printable" ? quotedPrintable(content.replace(/=\r?\n/g, "")) : content;
  return text.replaceAll("\r\n", "\n");
}

const quotedPrintable = (text: string): string =>
  Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString("utf8");
