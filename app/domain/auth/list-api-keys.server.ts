import { and, desc, eq, lt } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { agents, apiKeys } from "#db/schema/index.ts";
import type { Actor } from "./actor.ts";
import { apiKeyColumns, toApiKeyView } from "./api-key-view.server.ts";
import type { ApiKeyList, ListApiKeysQuery } from "./schema.ts";

/** The tenant's keys, or one agent's, newest first; revoked ones too. */
export async function listApiKeys(
  db: Database,
  actor: Actor,
  { agentId, limit, cursor }: ListApiKeysQuery,
): Promise<ApiKeyList> {
  const rows = await db.asTenant(
    actor.tenantId,
    (tx) =>
      tx
        .select(apiKeyColumns)
        .from(apiKeys)
        .leftJoin(agents, and(eq(agents.tenantId, apiKeys.tenantId), eq(agents.id, apiKeys.agentId)))
        .where(
          and(
            eq(apiKeys.tenantId, actor.tenantId),
            agentId === undefined ? undefined : eq(apiKeys.agentId, agentId),
            cursor === undefined ? undefined : lt(apiKeys.id, cursor),
          ),
        )
        .orderBy(desc(apiKeys.id))
        .limit(limit + 1),
    { readOnly: true },
  );
  const page = rows.slice(0, limit).map(toApiKeyView);
  return {
    apiKeys: page,
    pagination: { limit, nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null },
  };
}
