import { randomUUID } from "node:crypto";
import { decodeProtectedHeader, errors, exportJWK, type JSONWebKeySet, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { type AgentId, type ApiKeyId, parseId, type SessionId, type TenantId, type UserId } from "#db/ids.ts";
import { accessTokenSeconds } from "./access-token-lifetime.ts";
import type { KeyRing } from "./key-ring.server.ts";

/** What a token that holds says of whoever carries it. Whether session or key still does is not in it. */
export type TokenClaims =
  | { kind: "session"; tenantId: TenantId; userId: UserId; sessionId: SessionId; expiresAtMs: number }
  | { kind: "key"; tenantId: TenantId; agentId: AgentId; keyId: ApiKeyId; expiresAtMs: number };

export interface IssuedToken {
  token: string;
  expiresIn: number;
}

export interface AccessTokens {
  /** For a person's API session. */
  issueForSession(claims: { tenantId: TenantId; userId: UserId; sessionId: SessionId }): Promise<IssuedToken>;
  /** For an agent, in place of its key. */
  issueForAgent(
    claims: { tenantId: TenantId; agentId: AgentId; keyId: ApiKeyId },
    expiresIn: number,
  ): Promise<IssuedToken>;
  /** What a token says; undefined when it is not one of ours, for here, and of now. */
  verify(token: string): Promise<TokenClaims | undefined>;
  /** What verifies them elsewhere (RFC 7517). */
  publicKeys(): Promise<JSONWebKeySet>;
}

export interface AccessTokensOptions {
  keys: KeyRing;
  /** The service's public origin: who issues the tokens. */
  origin: string;
  /** Milliseconds since 1970. */
  nowMs?(): number;
}

const alg = "EdDSA";

/** Three parts, the last of them a signature of 64 bytes. */
const shape = /^[\w-]{20,400}\.[\w-]{20,1200}\.[\w-]{86}$/;

/**
 * Everything that a header may have: no key of the token's own (`jwk`, `jku`, `x5u`, `x5c`), no
 * extension (`crit`). The two types keep one kind of token from standing in for the other (RFC 8725 3.11).
 */
const typOf = { session: "at+jwt", key: "agent+jwt" } as const;
const headerSchema = z.strictObject({
  alg: z.literal(alg),
  typ: z.enum([typOf.session, typOf.key]),
  kid: z.string().regex(/^[\w-]{43}$/),
});

const id = <P extends Parameters<typeof parseId>[1]>(prefix: P) =>
  z.custom<`${P}_${string}`>((value) => parseId(value, prefix) !== undefined);

const sessionClaims = z.object({ sub: id("usr"), tenant: id("ten"), sid: id("ses"), exp: z.int() });
const keyClaims = z.object({ sub: id("agt"), tenant: id("ten"), key: id("key"), exp: z.int() });

/** Signatures are not checked again for a token that was seen a moment ago; this many are remembered. */
const maxRemembered = 5_000;

/** Makes and checks the tokens that stand for a session or a key (RFC 9068 in shape, Ed25519). */
export function createAccessTokens({ keys, origin, nowMs = Date.now }: AccessTokensOptions): AccessTokens {
  const issuer = origin;
  const audience = `${origin}/api`;
  const remembered = new Map<string, { kid: string; claims: TokenClaims }>();

  async function issue(
    typ: string,
    subject: string,
    claims: Record<string, string>,
    expiresIn: number,
  ): Promise<IssuedToken> {
    const { kid, privateKey } = await keys.current();
    const issuedAt = Math.floor(nowMs() / 1_000);
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg, typ, kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + expiresIn)
      .sign(privateKey);
    return { token, expiresIn };
  }

  async function verify(token: string): Promise<TokenClaims | undefined> {
    if (!shape.test(token)) return undefined;
    const known = remembered.get(token);
    if (known !== undefined) {
      const holds = known.claims.expiresAtMs > nowMs() && (await keys.find(known.kid)) !== undefined;
      if (!holds) remembered.delete(token);
      return holds ? known.claims : undefined;
    }
    const header = headerOf(token);
    const key = header && (await keys.find(header.kid));
    if (header === undefined || key === undefined) return undefined;
    const { kid, typ } = header;
    try {
      const { payload } = await jwtVerify(token, key, {
        ...{ algorithms: [alg], issuer, audience, typ },
        currentDate: new Date(nowMs()),
      });
      const claims = claimsOf(typ, payload);
      if (claims !== undefined) remember(token, { kid, claims });
      return claims;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  function remember(token: string, found: { kid: string; claims: TokenClaims }): void {
    remembered.set(token, found);
    if (remembered.size <= maxRemembered) return;
    const oldest = remembered.keys().next();
    if (!oldest.done) remembered.delete(oldest.value);
  }

  return {
    issueForSession: ({ tenantId, userId, sessionId }) =>
      issue(typOf.session, userId, { tenant: tenantId, sid: sessionId }, accessTokenSeconds),
    issueForAgent: ({ tenantId, agentId, keyId }, expiresIn) =>
      issue(typOf.key, agentId, { tenant: tenantId, key: keyId }, expiresIn),
    verify,
    async publicKeys() {
      const found = await keys.list();
      return {
        keys: await Promise.all(
          found.map(async ({ kid, publicKey }) => ({
            ...(await exportJWK(publicKey)),
            kid,
            alg,
            use: "sig",
          })),
        ),
      };
    },
  };
}

function headerOf(token: string): z.output<typeof headerSchema> | undefined {
  try {
    return headerSchema.safeParse(decodeProtectedHeader(token)).data;
  } catch {
    // What cannot be decoded is no header; that is all it throws for.
    return undefined;
  }
}

function claimsOf(typ: string, payload: unknown): TokenClaims | undefined {
  if (typ === typOf.session) {
    const { data } = sessionClaims.safeParse(payload);
    return (
      data && {
        kind: "session",
        tenantId: data.tenant,
        userId: data.sub,
        sessionId: data.sid,
        expiresAtMs: data.exp * 1_000,
      }
    );
  }
  const { data } = keyClaims.safeParse(payload);
  return (
    data && {
      kind: "key",
      tenantId: data.tenant,
      agentId: data.sub,
      keyId: data.key,
      expiresAtMs: data.exp * 1_000,
    }
  );
}
