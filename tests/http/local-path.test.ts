import { expect, test } from "vitest";
import { toLocalPath } from "#app/http/local-path.ts";

test("a path of this site is kept, with its query and without its fragment", () => {
  expect(toLocalPath("/dashboard/inbox?agent=agt_1#x", "/")).toBe("/dashboard/inbox?agent=agt_1");
});

test.each([
  "https://elsewhere.example/",
  "//elsewhere.example/",
  "/\\elsewhere.example/",
  "/\t/elsewhere.example/",
  "/\n/elsewhere.example/",
  "javascript:alert(1)",
  "dashboard",
  "",
  null,
  undefined,
  ["/dashboard"],
  `/${"a".repeat(3_000)}`,
])("%j leads home instead", (value) => {
  expect(toLocalPath(value, "/home")).toBe("/home");
});
