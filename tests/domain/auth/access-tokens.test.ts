import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, exportJWK, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createAccessTokens } from "#app/domain/auth/access-tokens.server.ts";
import { createKeyRing } from "#app/domain/auth/key-ring.server.ts";
import { rotateAccessKey } from "#app/domain/auth/rotate-access-key.server.ts";
import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import { newId } from "#db/ids.ts";
import { createTestTokens, type TestTokens, testOrigin, testSecrets } from "#tests/setup/access-tokens.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";

let database: TestDatabase;
let process: TestTokens;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  await database.owner`delete from signing_keys`;
  process = createTestTokens(database.db);
});
afterAll(() => database.drop());

const session = () => ({ tenantId: newId("ten"), userId: newId("usr"), sessionId: newId("ses") });
const key = () => ({ tenantId: newId("ten"), agentId: newId("agt"), keyId: newId("key") });
const rotate = (options = {}) => rotateAccessKey({ db: database.db, secrets: testSecrets }, options);
const keyIds = async () => {
  const rows = await database.owner<{ kid: string; is_retired: boolean }[]>`
    select kid, retired_at is not null as is_retired from signing_keys order by created_at
  `;
  return rows.map((row) => row);
};

describe("an access token", () => {
  test("says whose session it stands for, for 15 minutes", async () => {
    const claims = session();
    const { token, expiresIn } = await process.tokens.issueForSession(claims);
    const expiresAtMs = (Math.floor(process.clock.nowMs / 1_000) + 900) * 1_000;
    expect(expiresIn).toBe(900);
    expect(await process.tokens.verify(token)).toEqual({ kind: "session", ...claims, expiresAtMs });
    expect(decodeProtectedHeader(token)).toEqual({
      alg: "EdDSA",
      typ: "at+jwt",
      kid: (await process.keys.current()).kid,
    });
    expect(decodeJwt(token)).toMatchObject({
      iss: testOrigin,
      aud: `${testOrigin}/api`,
      sub: claims.userId,
      sid: claims.sessionId,
      tenant: claims.tenantId,
    });
    process.clock.nowMs = expiresAtMs - 1;
    expect(await process.tokens.verify(token)).toBeDefined();
    process.clock.nowMs = expiresAtMs;
    expect(await process.tokens.verify(token)).toBeUndefined();
    // One that was never seen before it ended, too.
    expect(await createTestTokens(database.db).tokens.verify(token)).toBeDefined();
    const late = createTestTokens(database.db);
    late.clock.nowMs = expiresAtMs;
    expect(await late.tokens.verify(token)).toBeUndefined();
  });

  test("for an agent says which key it stands for, under a type of its own", async () => {
    const claims = key();
    const { token } = await process.tokens.issueForAgent(claims, 300);
    expect(await process.tokens.verify(token)).toMatchObject({ kind: "key", ...claims });
    expect(decodeProtectedHeader(token).typ).toBe("agent+jwt");
    const { iat = 0, exp } = decodeJwt(token);
    expect(exp).toBe(iat + 300);
  });

  describe("is refused", () => {
    interface Forged {
      header?: Record<string, unknown>;
      claims?: Record<string, unknown>;
      signedWith?: KeyObject;
    }

    /** A token as ours are, but for what is said; signed with the key that signs ours. */
    async function forge({ header, claims, signedWith }: Forged): Promise<string> {
      const { kid, privateKey } = await process.keys.current();
      const { tenantId, userId, sessionId } = session();
      const now = Math.floor(process.clock.nowMs / 1_000);
      const payload = { iss: testOrigin, aud: `${testOrigin}/api`, sub: userId, sid: sessionId };
      const all = { ...payload, tenant: tenantId, iat: now, exp: now + 900, ...claims };
      const whole = { alg: "EdDSA", typ: "at+jwt", kid, ...header };
      return new SignJWT(all).setProtectedHeader(whole).sign(signedWith ?? privateKey, {
        crit: { "https://example.com/ext": true },
      });
    }

    test("never, as it is made here", async () => {
      expect(await process.tokens.verify(await forge({}))).toBeDefined();
    });

    const strangers = generateKeyPairSync("ed25519");
    const headers: [string, () => Promise<Record<string, unknown>> | Record<string, unknown>][] = [
      ["no type", () => ({ typ: undefined })],
      ["a plain type", () => ({ typ: "JWT" })],
      ["another kind's type", () => ({ typ: "agent+jwt" })],
      ["no key id", () => ({ kid: undefined })],
      ["an unknown key id", () => ({ kid: "x".repeat(43) })],
      ["a key id that is no text", () => ({ kid: 7 })],
      ["its own key", async () => ({ jwk: await exportJWK(strangers.publicKey) })],
      ["a place to fetch keys", () => ({ jku: "https://evil.example/jwks.json" })],
      ["a place to fetch a certificate", () => ({ x5u: "https://evil.example/cert.pem" })],
      ["a certificate", () => ({ x5c: ["MIIB"] })],
      [
        "an extension that it calls critical",
        () => ({
          crit: ["https://example.com/ext"],
          "https://example.com/ext": 1,
        }),
      ],
    ];
    test.each(headers)("with %s in its header", async (_, header) => {
      expect(await process.tokens.verify(await forge({ header: await header() }))).toBeUndefined();
    });

    const claims: [string, Record<string, unknown>][] = [
      ["another issuer", { iss: "https://signalbox.example.org" }],
      ["no issuer", { iss: undefined }],
      ["another audience", { aud: testOrigin }],
      ["no audience", { aud: undefined }],
      ["no end", { exp: undefined }],
      ["an end in the past", { exp: 1 }],
      ["no subject", { sub: undefined }],
      ["an agent for a subject", { sub: newId("agt") }],
      ["no session", { sid: undefined }],
      ["a session's id that is none", { sid: "ses_1" }],
      ["no tenant", { tenant: undefined }],
    ];
    test.each(claims)("with %s", async (_, changed) => {
      expect(await process.tokens.verify(await forge({ claims: changed }))).toBeUndefined();
    });

    test("with another algorithm, none, or somebody else's signature", async () => {
      const { kid } = await process.keys.current();
      const whole = await forge({});
      const [, payload = "", signature = ""] = whole.split(".");
      const headed = (header: object) => Buffer.from(JSON.stringify(header)).toString("base64url");
      const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;
      const now = Math.floor(process.clock.nowMs / 1_000);
      const mac = await new SignJWT({ ...decodeJwt(whole), exp: now + 900 })
        .setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid })
        // The public key is known to all: taken for a shared secret, it would let anybody sign.
        .sign(Buffer.from(JSON.stringify(await process.tokens.publicKeys())));
      const signedBy = (alg: string, privateKey: KeyObject) =>
        new SignJWT(decodeJwt(whole)).setProtectedHeader({ alg, typ: "at+jwt", kid }).sign(privateKey);
      const forged = [
        mac,
        await signedBy("RS256", rsa),
        await signedBy("EdDSA", strangers.privateKey),
        `${headed({ alg: "none", typ: "at+jwt", kid })}.${payload}.`,
        `${headed({ alg: "none", typ: "at+jwt", kid })}.${payload}.${signature}`,
        `${headed({ alg: "EdDSA", typ: "at+jwt", kid })}.${payload}.${"A".repeat(86)}`,
        `${headed({ alg: "EdDSA", typ: "at+jwt", kid })}.${payload}.`,
        `${whole}.${signature}`,
        whole.slice(0, -1),
        "",
        "..",
        "eyJ.eyJ.x",
        `${"x".repeat(9_000)}.${payload}.${signature}`,
      ];
      for (const token of forged) expect(await process.tokens.verify(token), token).toBeUndefined();
    });

    test("with one character of any part changed", async () => {
      const { token } = await process.tokens.issueForSession(session());
      for (const at of [5, token.indexOf(".") + 10, token.lastIndexOf(".") + 10]) {
        const other = token[at] === "A" ? "B" : "A";
        expect(await process.tokens.verify(token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
      }
      expect(await process.tokens.verify(token)).toBeDefined();
    });

    test("by a service with another origin", async () => {
      const elsewhere = createTestTokens(database.db, "https://other.example.com");
      const { token } = await elsewhere.tokens.issueForSession(session());
      expect(await process.tokens.verify(token)).toBeUndefined();
    });
  });
});

describe("the key that signs", () => {
  test("is made once, however many processes start at the same moment", async () => {
    const processes = Array.from({ length: 8 }, () => createTestTokens(database.db));
    const kids = await Promise.all(processes.map(async ({ keys }) => (await keys.current()).kid));
    expect(new Set(kids).size).toBe(1);
    expect(await keyIds()).toEqual([{ kid: kids[0], is_retired: false }]);
  });

  test("has its private half sealed", async () => {
    const { privateKey } = await process.keys.current();
    const der = privateKey.export({ format: "der", type: "pkcs8" });
    const [row] = await database.owner`select private_key from signing_keys`;
    expect(row?.private_key.includes(der.subarray(-32))).toBe(false);
    expect(row?.private_key.toString("latin1")).not.toContain(der.toString("base64").slice(-40));
    expect(() => createPrivateKey({ key: row?.private_key, format: "der", type: "pkcs8" })).toThrow();
  });

  test("after a rotation is the new one, also in processes that run; what the old one signed ends in its time", async () => {
    const elsewhere = createTestTokens(database.db);
    const old = await process.tokens.issueForSession(session());
    const last = await elsewhere.tokens.issueForSession(session());
    const kid = await rotate();
    // This one hears of it when it sees a token of the new key, that one after a while.
    const fresh = createTestTokens(database.db);
    const { token } = await fresh.tokens.issueForSession(session());
    expect(decodeProtectedHeader(token).kid).toBe(kid);
    process.clock.nowMs += 1_000;
    expect(await process.tokens.verify(token)).toBeDefined();
    expect((await process.keys.current()).kid).toBe(kid);
    elsewhere.clock.nowMs += 10_000;
    expect((await elsewhere.keys.current()).kid).toBe(kid);
    for (const { tokens } of [process, elsewhere, fresh]) {
      expect(await tokens.verify(old.token)).toBeDefined();
      expect(await tokens.verify(last.token)).toBeDefined();
    }
    expect((await process.tokens.publicKeys()).keys).toHaveLength(2);
  });

  test("once retired is refused as soon as nothing that it signed can hold, whatever a token says", async () => {
    const { kid, privateKey } = await process.keys.current();
    const lasting = await new SignJWT({ tenant: newId("ten"), sid: newId("ses") })
      .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid })
      .setIssuer(testOrigin)
      .setAudience(`${testOrigin}/api`)
      .setSubject(newId("usr"))
      .setExpirationTime("1 year")
      .sign(privateKey);
    await rotate();
    expect(await process.tokens.verify(lasting)).toBeDefined();
    const retire = (ago: string) =>
      database.owner`update signing_keys set retired_at = now() - ${ago}::interval where kid = ${kid}`;
    await retire("15 minutes 35 seconds");
    process.clock.nowMs += 10_000;
    expect(await process.tokens.verify(lasting)).toBeDefined();
    process.clock.nowMs += 6_000;
    expect(await process.tokens.verify(lasting)).toBeUndefined();
    expect((await process.tokens.publicKeys()).keys.map((one) => one.kid)).not.toContain(kid);
    await retire("1 hour");
    await rotate();
    expect((await keyIds()).map((one) => one.kid)).not.toContain(kid);
  });

  test("that is replaced at once takes what it has signed with it", async () => {
    const { token } = await process.tokens.issueForSession(session());
    expect(await process.tokens.verify(token)).toBeDefined();
    await rotate({ atOnce: true });
    expect(await keyIds()).toHaveLength(1);
    process.clock.nowMs += 10_000;
    expect(await process.tokens.verify(token)).toBeUndefined();
  });

  test("is replaced when the service's secret key is another, and said so", async () => {
    const { token } = await process.tokens.issueForSession(session());
    const warnings: string[] = [];
    const keys = createKeyRing({
      db: database.db,
      secrets: createSecretBox("another secret key, of at least 32 characters"),
      log: { warn: (_, message) => warnings.push(message) },
    });
    const tokens = createAccessTokens({ keys, origin: testOrigin });
    const next = await tokens.issueForSession(session());
    expect(warnings).toEqual([expect.stringContaining("sealed with another secret key")]);
    expect(await tokens.verify(token)).toBeDefined();
    expect(await tokens.verify(next.token)).toBeDefined();
    expect((await keyIds()).map((one) => one.is_retired)).toEqual([true, false]);
  });

  test("is asked for at most once a second for tokens of keys that do not exist", async () => {
    let queries = 0;
    const db = {
      ...database.db,
      asSystem: ((work, options) => {
        queries += 1;
        return database.db.asSystem(work, options);
      }) satisfies typeof database.db.asSystem,
    };
    const counted = createTestTokens(db);
    await counted.keys.current();
    const before = queries;
    for (let n = 0; n < 50; n += 1) await counted.keys.find("x".repeat(43));
    counted.clock.nowMs += 1_000;
    for (let n = 0; n < 50; n += 1) await counted.keys.find("x".repeat(43));
    expect(queries - before).toBe(1);
  });

  test("is recorded with its rotation, in the system's own tenant", async () => {
    const before = (await process.keys.current()).kid;
    const kid = await rotate();
    const [event] = await database.owner`
      select t.is_system, e.resource_id, e.details from audit_events e join tenants t on t.id = e.tenant_id
      where action = 'signing_key.rotated' order by e.id desc limit 1
    `;
    expect(event).toEqual({
      is_system: true,
      resource_id: kid,
      details: { purpose: "access", replaced: before, atOnce: false },
    });
  });
});
