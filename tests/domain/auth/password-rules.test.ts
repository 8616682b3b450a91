import { describe, expect, test } from "vitest";
import { requireGoodPassword } from "#app/domain/auth/password-rules.ts";

const owner = { email: "ada.lovelace@example.com", name: "Ada Lovelace", tenantName: "Analytical Engines" };
const check = (password: string, whose = owner) => requireGoodPassword(password, whose, "password");

describe("a password is refused", () => {
  test.each([
    "Password1234",
    "P@ssw0rd2024!",
    "Welcome12345",
    "qwertyuiop12",
    "1qaz2wsx3edc",
    "iloveyou1234",
    "123456789012",
    "987654321098",
    "abcdefghijkl",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "121212121212",
    "Summer2026!!",
    "letmeinplease",
    "changeme-changeme",
    "signalbox2026",
    "monkeydragon99",
  ])("that is tried first: %s", (password) => {
    expect(() => check(password)).toThrow(/too easy to guess/);
  });

  test.each([
    ["their name", "lovelace and babbage"],
    ["their name in other letters", "L0VEL4CE-and-babbage"],
    ["their address's first part", "x.ada.lovelace.x"],
    ["their organisation's name", "our analytical engines room"],
    ["their organisation's name as one word", "AnalyticalEngines4ever"],
  ])("that has %s in it: %s", (_, password) => {
    expect(() => check(password)).toThrow(/must not contain your name/);
  });

  test("by the field it came in, without being repeated", () => {
    expect.assertions(2);
    try {
      requireGoodPassword("Password1234", owner, "newPassword");
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid_input", errors: [{ path: "newPassword" }] });
      expect(JSON.stringify(error)).not.toContain("Password1234");
    }
  });
});

test.each([
  "correct horse battery staple",
  "tumbleweed-orbit-94",
  "only lower case letters",
  "kein Fahrrad im Regen",
  "vXk2#9qLmw!p",
  "7f3a9c41b28e",
  "пять весёлых слов подряд",
  "五つの言葉を並べて長くした",
  "😀🐢🌵🚲🎈🪁🧭🪐🫐🧊🪵🦉",
  "password manager made this: zr4-Quill",
])("a long one of any composition will do: %s", (password) => {
  expect(() => check(password)).not.toThrow();
});

test("short names are in too many words to count", () => {
  expect(() =>
    check("a canada goose flew by", { email: "ed@example.com", name: "Ada Ng", tenantName: "AB" }),
  ).not.toThrow();
});
