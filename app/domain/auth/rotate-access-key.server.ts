import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import { signingKeys } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { retiredKeyMs } from "./access-token-lifetime.ts";
import type { SecretBox } from "./secret-box.server.ts";
import { makeSigningKey } from "./signing-key.server.ts";
import { systemActor } from "./system-actor.ts";

export interface RotateAccessKeyOptions {
  /** Only when this one signs now, or (null) none does; undefined: whichever does. */
  replaces?: string | null | undefined;
  /** What was signed before is refused from now on, instead of when it would have ended by itself. */
  atOnce?: boolean;
}

/**
 * Makes a new key that signs access tokens, and retires the one that did, if any. Of several who do
 * so at the same moment one succeeds; gives the new key's id, undefined to the others.
 */
export async function rotateAccessKey(
  { db, secrets }: { db: Database; secrets: SecretBox },
  { replaces, atOnce = false }: RotateAccessKeyOptions = {},
): Promise<string | undefined> {
  const key = await makeSigningKey(secrets);
  return db.asSystem(async (tx) => {
    const ofAccess = eq(signingKeys.purpose, "access");
    const isCurrent = and(ofAccess, isNull(signingKeys.retiredAt));
    const [current] = await tx
      .select({ kid: signingKeys.kid })
      .from(signingKeys)
      .where(isCurrent)
      .for("update");
    if (replaces !== undefined && replaces !== (current?.kid ?? null)) return undefined;
    await tx.update(signingKeys).set({ retiredAt: sql`now()` }).where(isCurrent);
    // The unique index lets one of those in that found none, or waited for the same one to go.
    const made = await tx
      .insert(signingKeys)
      .values({ ...key, purpose: "access" })
      .onConflictDoNothing()
      .returning({ kid: signingKeys.kid });
    if (made.length === 0) return undefined;
    const isOver = atOnce
      ? isNotNull(signingKeys.retiredAt)
      : sql`${signingKeys.retiredAt} < now() - make_interval(secs => ${retiredKeyMs / 1_000})`;
    await tx.delete(signingKeys).where(and(ofAccess, isOver));
    await recordAudit(tx, {
      tenantId: SYSTEM_TENANT_ID,
      actor: systemActor(SYSTEM_TENANT_ID, "keys"),
      action: "signing_key.rotated",
      resource: { id: key.kid },
      request: null,
      details: { purpose: "access", replaced: current?.kid ?? null, atOnce },
    });
    return key.kid;
  });
}
