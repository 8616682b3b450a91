import { expect, test } from "vitest";
import {
  createLinkTokens,
  digestLinkToken,
  isWellFormedLinkToken,
} from "#app/domain/mail/link-tokens.server.ts";
import { newId } from "#db/ids.ts";

const key = "a secret key for tests, of at least 32 characters";

test("a link's token follows from its row and the server's key, and from nothing less", () => {
  const id = newId("ott");
  const token = createLinkTokens(key).of(id);
  expect(isWellFormedLinkToken(token)).toBe(true);
  expect(createLinkTokens(key).of(id)).toBe(token);
  const others = [
    createLinkTokens(`${key}!`).of(id),
    createLinkTokens(key).of(newId("ott")),
    createLinkTokens(key).of(id, "1"),
    createLinkTokens(key).of(id, "2"),
  ];
  expect(new Set([token, ...others]).size).toBe(5);
});

test("a row's digest of its token is no token", () => {
  const token = createLinkTokens(key).of(newId("ott"));
  const digest = digestLinkToken(token);
  expect(digest).toHaveLength(32);
  expect(digest.toString("base64url")).not.toBe(token);
});

test.each(["", "x", "a".repeat(42), "a".repeat(44), `${"a".repeat(42)}=`, `${"a".repeat(42)}\0`])(
  "%j is no token of a link",
  (text) => {
    expect(isWellFormedLinkToken(text)).toBe(false);
  },
);
