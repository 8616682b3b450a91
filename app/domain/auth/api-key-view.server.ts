import type { AgentId, ApiKeyId } from "#db/ids.ts";
import { agents, apiKeys } from "#db/schema/index.ts";
import { knownScopes } from "./load-api-keys.server.ts";
import type { ApiKeyView } from "./schema.ts";

/** What is read of a key: never its digest, which the tenant role may not even see. */
export const apiKeyColumns = {
  id: apiKeys.id,
  name: apiKeys.name,
  agentId: apiKeys.agentId,
  agentName: agents.name,
  prefix: apiKeys.prefix,
  scopes: apiKeys.scopes,
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
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export const toApiKeyView = (row: ApiKeyRow): ApiKeyView => ({
  ...row,
  scopes: knownScopes(row.scopes),
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
});
