import { type AccessTokens, createAccessTokens } from "#app/domain/auth/access-tokens.server.ts";
import { createKeyRing, type KeyRing } from "#app/domain/auth/key-ring.server.ts";
import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import type { Database } from "#db/database.ts";
import { silentLog } from "./tenant-fixture.ts";

export const testOrigin = "https://signalbox.example.com";
export const testSecrets = createSecretBox("a secret key for tests, of at least 32 characters");

export interface TestTokens {
  tokens: AccessTokens;
  keys: KeyRing;
  /** Both of the process's clocks, in milliseconds. */
  clock: { nowMs: number };
}

/** Access tokens of one process, as it were, whose clock the test moves. */
export function createTestTokens(db: Database, origin = testOrigin): TestTokens {
  const clock = { nowMs: Date.now() };
  const keys = createKeyRing({ db, secrets: testSecrets, log: silentLog, nowMs: () => clock.nowMs });
  const tokens = createAccessTokens({ keys, origin, nowMs: () => clock.nowMs });
  return { tokens, keys, clock };
}
