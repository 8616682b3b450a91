/** Most lines have nothing of what is looked for: one look tells. */
const suspicious = /[\u007f-\u009f\u2028\u2029]|sb_|eyJ|bearer|:\/\//i;

/** API keys, JWTs, bearer tokens, passwords in URLs. None of them reaches over the quote that ends its text. */
const secret =
  /\bsb_[0-9A-Za-z]{20,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{4,}|(?<=\bbearer +)[\w.~+/=-]{8,}|(?<=:\/\/[^\s:/@"\\]*:)[^\s@/"\\]+(?=@)/gi;

/** JSON leaves these as they are; terminals and log viewers may act on them. */
const control = /[\u007f-\u009f\u2028\u2029]/g;
const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/**
 * A line of JSON as it may be written out, whatever an error's text or a client's header brought into
 * it: still JSON, without control characters, and without what looks like a secret.
 */
export function harmlessLine(line: string): string {
  if (!suspicious.test(line)) return line;
  return line.replace(secret, "[redacted]").replace(control, escaped);
}
