import { and, eq } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { AgentId, ApiKeyId, UserId } from "#db/ids.ts";
import { agents, apiKeys, users } from "#db/schema/index.ts";
import { knownScopes } from "./load-api-keys.server.ts";
import type { ApiKeyView } from "./schema.ts";

/** What is read of a key: never its digest, which the tenant role may not even see. */
const apiKeyColumns = {
  id: apiKeys.id,
  name: apiKeys.name,
  agentId: apiKeys.agentId,
  agentName: agents.name,
  prefix: apiKeys.prefix,
  scopes: apiKeys.scopes,
  createdBy: apiKeys.createdBy,
  createdByName: users.name,
  createdAt: apiKeys.createdAt,
  lastUsedAt: apiKeys.lastUsedAt,
  expiresAt: apiKeys.expiresAt,
  revokedAt: apiKeys.revokedAt,
};

interface ApiKeyRow {
  id: ApiKeyId;
  name: string;
  agentId: AgentId | null;
  agentName: string | null;
  prefix: string;
  scopes: string[];
  createdBy: UserId | null;
  createdByName: string | null;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

/** Keys with their agent and with who made them, as long as the person is a member. */
export const selectApiKeys = (tx: Tx) =>
  tx
    .select(apiKeyColumns)
    .from(apiKeys)
    .leftJoin(agents, and(eq(agents.tenantId, apiKeys.tenantId), eq(agents.id, apiKeys.agentId)))
    .leftJoin(users, eq(users.id, apiKeys.createdBy));

export const toApiKeyView = ({ createdBy, createdByName, ...row }: ApiKeyRow): ApiKeyView => ({
  ...row,
  scopes: knownScopes(row.scopes),
  createdBy: createdBy === null ? null : { id: createdBy, name: createdByName ?? "Former member" },
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
});
