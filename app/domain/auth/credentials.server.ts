import type { Database } from "#db/database.ts";
import { type ApiKeyId, type SessionId, type TenantId, toUuid } from "#db/ids.ts";
import type { TokenClaims } from "./access-tokens.server.ts";
import type { AgentActor, UserActor } from "./actor.ts";
import { createBatchedLookup } from "./batched-lookup.ts";
import { type KeyActor, loadApiKeys, loadNamedApiKeys } from "./load-api-keys.server.ts";
import { loadNamedSessions, loadSessions } from "./load-sessions.server.ts";
import { nameOfCredential, type Resolved } from "./resolved.ts";
import { digestSecret, isWellFormedApiKey, isWellFormedSessionToken } from "./secrets.server.ts";
import { touchApiKeys, touchSessions } from "./touch-credentials.server.ts";

/** A credential as its owner's actor names it. */
export interface CredentialRef {
  tenantId: TenantId;
  kind: "key" | "session";
  id: ApiKeyId | SessionId;
  /** When the access token ends that stood for it, if one did. */
  tokenExpiresAtMs?: number;
}

export interface CredentialsOptions {
  db: Database;
  log: { warn(fields: object, message: string): void };
  /** How long a key that was found is trusted without asking again; what a revocation may lag in other processes. */
  keyTtlMs?: number;
  touchAfterMs?: number;
  nowMs?(): number;
}

/** Turns what a request carries into its actor. One per process, since it remembers keys for a moment. */
export interface Credentials {
  /** Who the key acts as; undefined when the key is unknown, revoked or expired. A malformed key costs no query. */
  resolveApiKey(key: string): Promise<KeyActor | undefined>;
  /** The person whose session it is; undefined when it is unknown, revoked, expired, or the person is out. */
  resolveSession(token: string): Promise<UserActor | undefined>;
  /** Whose session or key a verified access token stands for; undefined when it holds no more, like the two above. */
  resolveClaims(claims: TokenClaims): Promise<UserActor | AgentActor | undefined>;
  /** To be called after a revocation, so that it works in this process at once. */
  forget(id: ApiKeyId): void;
  /** Writes the pending `last_used_at`. */
  flush(): Promise<void>;
  /** Writes what is pending and stops the timer. */
  close(): Promise<void>;
}

/** Never more than what DESIGN gives a revocation to take hold. */
const defaultKeyTtlMs = 1_000;

export function createCredentials(options: CredentialsOptions): Credentials {
  const { db, log } = options;
  const nowMs = options.nowMs ?? (() => performance.now());
  const touchAfterMs = options.touchAfterMs ?? 5_000;
  const oneQuery = { readOnly: true, oneQuery: true };
  const forKeys = { ttlMs: options.keyTtlMs ?? defaultKeyTtlMs, maxEntries: 20_000, maxBatch: 500, nowMs };
  const keys = createBatchedLookup<Resolved<KeyActor>>({
    load: (hashes) => db.withSql((sql) => loadApiKeys(sql, hashes), oneQuery),
    ...forKeys,
  });
  const namedKeys = createBatchedLookup<Resolved<KeyActor>>({
    load: (names) => db.withSql((sql) => loadNamedApiKeys(sql, names), oneQuery),
    ...forKeys,
  });
  // Not remembered: pages are few beside sends, and a sign-out is to hold in every process at once.
  const forSessions = { ttlMs: 0, maxEntries: 0, maxBatch: 500, nowMs };
  const sessions = createBatchedLookup<Resolved<UserActor>>({
    load: (hashes) => db.withSql((sql) => loadSessions(sql, hashes), oneQuery),
    ...forSessions,
  });
  const namedSessions = createBatchedLookup<Resolved<UserActor>>({
    load: (names) => db.withSql((sql) => loadNamedSessions(sql, names), oneQuery),
    ...forSessions,
  });

  const touched = { key: new Map<string, string>(), session: new Map<string, string>() };
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();

  /** Who was found, noting the use of the credential where that is due. */
  function used<A extends KeyActor | UserActor>(found: Resolved<A> | undefined): A | undefined {
    if (found?.isTouchDue !== true) return found?.actor;
    // What was found may be remembered: once is enough.
    found.isTouchDue = false;
    const { credential, tenantId } = found.actor;
    touched[credential.kind].set(toUuid(credential.id), toUuid(tenantId));
    timer ??= setTimeout(() => void flush(), touchAfterMs).unref();
    return found.actor;
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    flushing = flushing.then(writeTouched);
    return flushing;
  }

  async function writeTouched(): Promise<void> {
    const [keyIds, sessionIds] = [touched.key, touched.session];
    touched.key = new Map();
    touched.session = new Map();
    if (keyIds.size + sessionIds.size === 0) return;
    try {
      await db.withSql(async (sql) => {
        await touchSessions(sql, sessionIds);
        await touchApiKeys(sql, keyIds);
      });
    } catch (error) {
      // Only a "last used" date is lost, until the credential's next use.
      log.warn({ err: error }, "the last use of credentials could not be written");
    }
  }

  return {
    async resolveApiKey(key) {
      if (!isWellFormedApiKey(key)) return undefined;
      return used(await keys.get(digestSecret(key).toString("hex")));
    },
    async resolveSession(token) {
      if (!isWellFormedSessionToken(token)) return undefined;
      return used(await sessions.get(digestSecret(token).toString("hex")));
    },
    async resolveClaims(claims) {
      const { tenantId, expiresAtMs: tokenExpiresAtMs } = claims;
      if (claims.kind === "session") {
        const actor = used(await namedSessions.get(nameOfCredential(tenantId, claims.sessionId)));
        return actor?.id === claims.userId
          ? { ...actor, credential: { ...actor.credential, tokenExpiresAtMs } }
          : undefined;
      }
      const actor = used(await namedKeys.get(nameOfCredential(tenantId, claims.keyId)));
      return actor?.kind === "agent" && actor.id === claims.agentId
        ? { ...actor, credential: { ...actor.credential, tokenExpiresAtMs } }
        : undefined;
    },
    forget(id) {
      for (const lookup of [keys, namedKeys]) lookup.forget(({ actor }) => actor.credential.id === id);
    },
    flush,
    async close() {
      await flush();
      clearTimeout(timer);
    },
  };
}
