import { expect, test } from "vitest";
import { matchWords } from "#app/ui/shell/match-words.ts";

test("what begins with the words comes before what has words that begin so, and that before the rest", () => {
  expect(matchWords("pause", "Pause an agent…")).toBe(0);
  expect(matchWords("agent", "Pause an agent…")).toBe(1);
  expect(matchWords("use", "Pause an agent…")).toBe(2);
  expect(matchWords("resume", "Pause an agent…")).toBeUndefined();
});

test("every word has to be there, in any order", () => {
  expect(matchWords("agent pau", "Pause an agent…")).toBe(1);
  expect(matchWords("agent resume", "Pause an agent…")).toBeUndefined();
});

test("case, accents and spaces around do not matter", () => {
  expect(matchWords("  ZURICH ", "Zürich depot")).toBe(0);
  expect(matchWords("", "anything")).toBe(0);
});
