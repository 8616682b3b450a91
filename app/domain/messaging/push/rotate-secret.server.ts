import { notFound } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { generateSigningSecret } from "../../outbound/signing-secret.ts";
import type { EndpointWithSecret } from "../endpoint-schema.ts";
import { requireScope } from "../mailbox-access.ts";
import { aboutAgent, type EndpointChange, lockAgent, recordEvent } from "./change-endpoint.server.ts";
import { findEndpoint } from "./endpoint-view.server.ts";
import type { PushServices } from "./push-services.server.ts";
import { secretOwner } from "./secret-owner.ts";

export interface RotateSecret extends EndpointChange {
  /** How long the secret before signs too; 0 ends it at once. */
  keepPreviousHours: number;
}

/**
 * Gives an endpoint a new secret, shown this once. As the system login, since the tenant's may write
 * secrets and never read one, not even to move it; every statement names the tenant.
 * @throws AppError not_found.
 */
export async function rotateSecret(
  db: Database,
  services: PushServices,
  rotate: RotateSecret,
): Promise<EndpointWithSecret> {
  const { actor, agentId, keepPreviousHours } = rotate;
  requireScope(actor, "agents:write");
  const secret = generateSigningSecret();
  const sealed = services.secrets.seal(secretOwner({ tenantId: actor.tenantId, agentId }), secret);
  return db.withSql(async (sql) => {
    const agent = await lockAgent(sql, rotate);
    const [changed] = await sql`
      update endpoints set secret = ${sealed},
        previous_secret = case when ${keepPreviousHours}::int > 0 then secret end,
        previous_secret_until = case when ${keepPreviousHours}::int > 0
          then now() + make_interval(hours => ${keepPreviousHours}::int) end,
        updated_at = now()
      where tenant_id = ${agent.tenantUuid} and agent_id = ${agent.agentUuid}
      returning url
    `;
    const endpoint = changed && (await findEndpoint(sql, actor.tenantId, agentId));
    if (endpoint === undefined) throw notFound("endpoint");
    await recordEvent(sql, {
      ...aboutAgent(rotate, agent),
      action: "endpoint.secret.rotated",
      details: { previousUntil: endpoint.previousSecretUntil },
    });
    return { ...endpoint, secret };
  });
}
