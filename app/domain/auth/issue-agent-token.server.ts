import { recordAudit } from "../audit/record-audit.server.ts";
import { AppError } from "../errors.ts";
import type { Actor, RequestInfo } from "./actor.ts";
import type { AgentToken } from "./api-session-schema.ts";
import type { ApiSessionService } from "./start-api-session.server.ts";

/**
 * A short token in place of the agent's key: it acts as the agent, with the rights that the key has at
 * each use, and ends with the key if not before.
 * @throws AppError forbidden for whoever came with anything but an agent's key.
 */
export async function issueAgentToken(
  { db, tokens }: ApiSessionService,
  actor: Actor,
  { expiresInSeconds }: { expiresInSeconds: number },
  request: RequestInfo,
): Promise<AgentToken> {
  if (actor.kind !== "agent")
    throw new AppError("forbidden", "Only an agent's API key can be traded for a token.");
  // Else whoever has a token for a moment would have one for as long as the key holds.
  if (actor.credential.tokenExpiresAtMs !== undefined)
    throw new AppError("forbidden", "A token cannot be traded for another: send the agent's API key.");
  const { tenantId, id, credential } = actor;
  await db.asTenant(tenantId, (tx) =>
    recordAudit(tx, {
      tenantId,
      actor,
      action: "auth.agent_token.issued",
      resource: { id: credential.id },
      request,
      details: { expiresInSeconds },
    }),
  );
  const claims = { tenantId, agentId: id, keyId: credential.id };
  const { token, expiresIn } = await tokens.issueForAgent(claims, expiresInSeconds);
  return { accessToken: token, expiresIn };
}
