import { and, eq, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import { type AgentId, newId, type TenantId } from "#db/ids.ts";
import { agents, apiKeys } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { AppError, invalidInput, notFound } from "../errors.ts";
import type { Actor, RequestInfo } from "./actor.ts";
import type { CreateApiKeyInput, CreatedApiKey } from "./schema.ts";
import { defaultAgentKeyScopes, defaultServiceKeyScopes, type Scope } from "./scopes.ts";
import { digestSecret, generateApiKey, shownPrefix } from "./secrets.server.ts";

/**
 * Makes a key that acts as one of the tenant's agents, or as a service of the tenant's own. The key is
 * in the answer and nowhere else.
 * @throws AppError not_found for another's or no agent; forbidden for scopes that its maker lacks.
 */
export const createApiKey = (
  db: Database,
  actor: Actor,
  input: CreateApiKeyInput,
  request: RequestInfo | null,
): Promise<CreatedApiKey> => db.asTenant(actor.tenantId, (tx) => insertApiKey(tx, actor, input, request));

/** `createApiKey` on the caller's transaction. */
export async function insertApiKey(
  tx: Tx,
  actor: Actor,
  input: CreateApiKeyInput,
  request: RequestInfo | null,
): Promise<CreatedApiKey> {
  const keyScopes = [...new Set(input.scopes ?? defaultScopesOf(input))];
  const excess = keyScopes.filter((scope) => !actor.scopes.has(scope));
  if (excess.length > 0) {
    throw new AppError(
      "forbidden",
      `You cannot give a key what you may not do yourself: ${excess.join(", ")}.`,
    );
  }
  const agentName = await nameOfAgent(tx, actor.tenantId, input.agentId);
  const expiresAtOrNever = input.expiresAt === undefined ? null : new Date(input.expiresAt);
  if (expiresAtOrNever !== null && (await isPast(tx, expiresAtOrNever)))
    throw invalidInput("expiresAt", "must be in the future");

  const key = generateApiKey();
  const id = newId("key");
  const prefix = shownPrefix(key);
  const [row] = await tx
    .insert(apiKeys)
    .values({
      tenantId: actor.tenantId,
      id,
      agentId: input.agentId,
      name: input.name,
      prefix,
      keyHash: digestSecret(key),
      scopes: keyScopes,
      createdBy: actor.kind === "user" ? actor.id : null,
      expiresAt: expiresAtOrNever,
    })
    .returning({ createdAt: apiKeys.createdAt, expiresAt: apiKeys.expiresAt });
  if (row === undefined) throw new Error("The key was not stored");
  const expiresAt = row.expiresAt?.toISOString() ?? null;
  await recordAudit(tx, {
    tenantId: actor.tenantId,
    actor,
    action: "api_key.created",
    resource: { id, name: input.name },
    request,
    details: { prefix, agentId: input.agentId, scopes: keyScopes, expiresAt },
  });
  return {
    id,
    key,
    prefix,
    name: input.name,
    agentId: input.agentId,
    agentName,
    scopes: keyScopes,
    createdBy: actor.kind === "user" ? { id: actor.id, name: actor.name } : null,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: null,
    expiresAt,
    revokedAt: null,
  };
}

const defaultScopesOf = ({ agentId }: CreateApiKeyInput): readonly Scope[] =>
  agentId === null ? defaultServiceKeyScopes : defaultAgentKeyScopes;

async function nameOfAgent(tx: Tx, tenantId: TenantId, agentId: AgentId | null): Promise<string | null> {
  if (agentId === null) return null;
  const [agent] = await tx
    .select({ name: agents.name })
    .from(agents)
    .where(and(eq(agents.tenantId, tenantId), eq(agents.id, agentId)));
  if (agent === undefined) throw notFound("agent");
  return agent.name;
}

/** By the database's clock, which is what ends the key. */
async function isPast(tx: Tx, at: Date): Promise<boolean> {
  const [row] = await tx.execute<{ is_past: boolean }>(
    sql`select to_timestamp(${at.getTime() / 1_000}::float8) <= now() as is_past`,
  );
  return row?.is_past === true;
}
