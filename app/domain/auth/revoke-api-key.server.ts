import { and, eq, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import type { ApiKeyId } from "#db/ids.ts";
import { apiKeys } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { notFound } from "../errors.ts";
import type { Actor, RequestInfo } from "./actor.ts";
import { selectApiKeys, toApiKeyView } from "./api-key-view.server.ts";
import type { Credentials } from "./credentials.server.ts";
import type { ApiKeyView } from "./schema.ts";

/**
 * Revokes a key: here at once, in other processes within a second. Revoking a revoked one changes
 * and records nothing.
 * @throws AppError not_found.
 */
export async function revokeApiKey(
  { db, credentials }: { db: Database; credentials: Credentials },
  actor: Actor,
  keyId: ApiKeyId,
  request: RequestInfo,
): Promise<ApiKeyView> {
  const { view } = await db.asTenant(actor.tenantId, (tx) => revokeKey(tx, actor, keyId, request));
  credentials.forget(keyId);
  return view;
}

/**
 * `revokeApiKey` on the caller's transaction, who has this process forget the key once that is committed.
 * @returns whether it was valid until now
 */
export async function revokeKey(
  tx: Tx,
  actor: Actor,
  keyId: ApiKeyId,
  request: RequestInfo,
): Promise<{ view: ApiKeyView; isNew: boolean }> {
  const isThisKey = and(eq(apiKeys.tenantId, actor.tenantId), eq(apiKeys.id, keyId));
  const [row] = await selectApiKeys(tx).where(isThisKey).for("no key update", { of: apiKeys });
  if (row === undefined) throw notFound("API key");
  if (row.revokedAt !== null) return { view: toApiKeyView(row), isNew: false };
  const [revoked] = await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(isThisKey)
    .returning({ revokedAt: apiKeys.revokedAt });
  await recordAudit(tx, {
    tenantId: actor.tenantId,
    actor,
    action: "api_key.revoked",
    resource: { id: keyId, name: row.name },
    request,
    details: { prefix: row.prefix, agentId: row.agentId },
  });
  return { view: toApiKeyView({ ...row, revokedAt: revoked?.revokedAt ?? null }), isNew: true };
}
