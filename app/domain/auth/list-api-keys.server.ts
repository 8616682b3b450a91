import { and, desc, eq, isNotNull, isNull, lt, not, type SQL, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { apiKeys } from "#db/schema/index.ts";
import type { Actor } from "./actor.ts";
import { selectApiKeys, toApiKeyView } from "./api-key-view.server.ts";
import type { ApiKeyKind, ApiKeyList, ApiKeyState, ListApiKeysQuery } from "./schema.ts";

/** The tenant's keys, or one agent's, newest first; revoked ones too, unless asked otherwise. */
export async function listApiKeys(
  db: Database,
  actor: Actor,
  { agentId, kind, state, limit, cursor }: ListApiKeysQuery,
): Promise<ApiKeyList> {
  const rows = await db.asTenant(
    actor.tenantId,
    (tx) =>
      selectApiKeys(tx)
        .where(
          and(
            eq(apiKeys.tenantId, actor.tenantId),
            agentId === undefined ? undefined : eq(apiKeys.agentId, agentId),
            kind === undefined ? undefined : isOfKind[kind],
            state === undefined ? undefined : isInState[state],
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

const isOfKind: Record<ApiKeyKind, SQL> = {
  agent: isNotNull(apiKeys.agentId),
  service: isNull(apiKeys.agentId),
};

const works = sql`(${apiKeys.revokedAt} is null and (${apiKeys.expiresAt} is null or ${apiKeys.expiresAt} > now()))`;
const isInState: Record<ApiKeyState, SQL> = { active: works, ended: not(works) };
