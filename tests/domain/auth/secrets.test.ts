import { describe, expect, test } from "vitest";
import { hashPassword, nobodysHash, verifyPassword } from "#app/domain/auth/password.server.ts";
import {
  digestSecret,
  generateApiKey,
  generateSessionToken,
  isWellFormedApiKey,
  isWellFormedSessionToken,
  shownPrefix,
} from "#app/domain/auth/secrets.server.ts";

describe("an API key", () => {
  test("is well formed, and no two are alike", () => {
    const keys = Array.from({ length: 500 }, generateApiKey);
    expect(keys.every(isWellFormedApiKey)).toBe(true);
    expect(new Set(keys).size).toBe(500);
    expect(keys[0]).toMatch(/^sb_[0-9A-Za-z]{38}$/);
  });

  test("fails its checksum with any one character changed, swapped or cut off", () => {
    const key = generateApiKey();
    for (let i = 3; i < key.length; i += 1) {
      const other = key[i] === "a" ? "b" : "a";
      expect(isWellFormedApiKey(key.slice(0, i) + other + key.slice(i + 1))).toBe(false);
    }
    expect(isWellFormedApiKey(key.slice(0, -1))).toBe(false);
    expect(isWellFormedApiKey(`${key}0`)).toBe(false);
    expect(isWellFormedApiKey(` ${key}`)).toBe(false);
    expect(isWellFormedApiKey("")).toBe(false);
  });

  test("shows a prefix that says little, and is stored as a digest", () => {
    const key = generateApiKey();
    expect(shownPrefix(key)).toBe(key.slice(0, 11));
    expect(digestSecret(key)).toHaveLength(32);
    expect(digestSecret(key).toString("latin1")).not.toContain(key.slice(3, 20));
  });
});

test("a session's token is 256 random bits", () => {
  const token = generateSessionToken();
  expect(isWellFormedSessionToken(token)).toBe(true);
  expect(Buffer.from(token, "base64url")).toHaveLength(32);
  expect(isWellFormedSessionToken(`${token}x`)).toBe(false);
});

describe("a password", () => {
  test("verifies against its own argon2id hash and no other", async () => {
    const hash = await hashPassword("correct horse battery");
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(hash).not.toBe(await hashPassword("correct horse battery"));
    expect(await verifyPassword("correct horse battery", hash)).toBe(true);
    expect(await verifyPassword("correct horse batterx", hash)).toBe(false);
  });

  test("is the same however its characters are composed", async () => {
    const hash = await hashPassword("caf\u00e9 au lait");
    expect(await verifyPassword("cafe\u0301 au lait", hash)).toBe(true);
  });

  test("of nobody is checked at the same cost and never fits", async () => {
    const costOf = (phc: string) => phc.split("$").slice(1, 4);
    expect(costOf(nobodysHash)).toEqual(costOf(await hashPassword("x")));
    expect(await verifyPassword("x", null)).toBe(false);
  });
});
