import { invalidInput } from "../errors.ts";
import { guessableWords } from "./guessable-words.ts";

/** Whose password it is to be. */
export interface PasswordOwner {
  email: string;
  name: string;
  tenantName?: string;
}

/**
 * Refuses a password that is tried first: one that has its person's name or address in it, or is made of
 * frequent passwords, rows of keys, repetitions and numbers. Nothing is asked of its composition, and
 * whatever else is long enough will do (NIST SP 800-63B 3.1.1.2).
 * @throws AppError invalid_input naming `path`.
 */
export function requireGoodPassword(password: string, owner: PasswordOwner, path: string): void {
  const plain = fold(password);
  const spellings = [plain, unleet(plain)];
  if (ownWords(owner).some((word) => spellings.some((spelling) => spelling.includes(word))))
    throw invalidInput(path, "must not contain your name, your email address or your organisation's name");
  if (spellings.some(isGuessable))
    throw invalidInput(
      path,
      "is too easy to guess: take a longer one, such as four words that have nothing to do with each other",
    );
}

const fold = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

const leet: Record<string, string> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};
const unleet = (text: string): string => text.replace(/[013457@$!]/g, (character) => leet[character] ?? "");

/** Shorter ones are in many words that have nothing to do with the person. */
const ownWordMinLength = 4;

function ownWords({ email, name, tenantName = "" }: PasswordOwner): string[] {
  const [localPart = ""] = email.split("@");
  return [email, localPart, ...name.split(/\s+/), tenantName.replace(/\s+/g, ""), tenantName]
    .map(fold)
    .filter((word) => word.length >= ownWordMinLength);
}

/** What is left of a password without its guessable parts has to be worth as many letters as this. */
const minRest = 6;
const minDifferent = 5;

function isGuessable(password: string): boolean {
  if (new Set(password).size < minDifferent || isRepeated(password)) return true;
  let rest = password;
  for (const word of guessableWords) rest = rest.replaceAll(word, " ");
  rest = withoutRows(rest).replace(/\s/g, "");
  const digits = rest.replace(/\D/g, "").length;
  return rest.length - digits / 2 < minRest;
}

/** A short piece over and over. */
const isRepeated = (password: string): boolean => /^(.{1,6})\1+.{0,5}$/su.test(password);

const rows = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];
const bothWays = rows.flatMap((row) => [row, [...row].reverse().join("")]);
const rowMinLength = 4;

/** Without what one types by moving a finger along the keys or the alphabet. */
function withoutRows(text: string): string {
  let left = "";
  for (let start = 0; start < text.length; ) {
    let length = rowMinLength - 1;
    while (
      start + length < text.length &&
      bothWays.some((row) => row.includes(text.slice(start, start + length + 1)))
    )
      length += 1;
    if (length >= rowMinLength) start += length;
    else {
      left += text.charAt(start);
      start += 1;
    }
  }
  return left;
}
