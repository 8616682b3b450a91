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
  "/..//elsewhere.example/",
  "/.//elsewhere.example/",
  "/a/..//elsewhere.example/",
  "/%2e%2e//elsewhere.example/",
  "/./\\elsewhere.example/",
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

test.each([
  ["/%2F/elsewhere.example/", "/%2F/elsewhere.example/"],
  ["/%5Celsewhere.example/", "/%5Celsewhere.example/"],
  ["/a\r\nSet-Cookie: x", "/aSet-Cookie:%20x"],
])("%j stays on this site", (value, path) => {
  expect(toLocalPath(value, "/home")).toBe(path);
});
