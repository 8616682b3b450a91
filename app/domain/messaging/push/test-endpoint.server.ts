import { notFound } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { newUuid } from "#db/ids.ts";
import type { EndpointTest } from "../endpoint-schema.ts";
import { requireScope } from "../mailbox-access.ts";
import { aboutAgent, type EndpointChange, lockAgent, recordEvent } from "./change-endpoint.server.ts";
import { postWebhook } from "./post-webhook.server.ts";
import type { PushServices } from "./push-services.server.ts";

/**
 * Posts a signed event of type `endpoint.test` and tells what came back, whatever the endpoint's
 * state; messages and its backoff are not touched. Reads the secret as the system login, naming the
 * tenant.
 * @throws AppError not_found.
 */
export async function testEndpoint(
  db: Database,
  services: PushServices,
  change: EndpointChange & { signal?: AbortSignal },
): Promise<EndpointTest> {
  const { actor, agentId, signal } = change;
  requireScope(actor, "agents:write");
  const { agent, endpoint } = await db.withSql(async (sql) => {
    const found = await lockAgent(sql, change);
    const [row] = await sql<{ url: string; secret: Uint8Array; previous_secret: Uint8Array | null }[]>`
      select url, secret, case when previous_secret_until > now() then previous_secret end as previous_secret
      from endpoints where tenant_id = ${found.tenantUuid} and agent_id = ${found.agentUuid}
    `;
    if (row === undefined) throw notFound("endpoint");
    return { agent: found, endpoint: row };
  });
  const result = await postWebhook(services, {
    owner: { tenantId: actor.tenantId, agentId },
    url: endpoint.url,
    sealedSecrets: [endpoint.secret, ...(endpoint.previous_secret ? [endpoint.previous_secret] : [])],
    id: `test_${newUuid()}`,
    event: { type: "endpoint.test", timestamp: new Date().toISOString(), data: { agentId } },
    ...(signal && { signal }),
  });
  const { outcome, statusCode, durationMs, error, responseBody } = result;
  await db.asTenantSql(actor.tenantId, (sql) =>
    recordEvent(sql, {
      ...aboutAgent(change, agent),
      action: "endpoint.tested",
      details: { outcome, statusCode },
    }),
  );
  return { outcome, statusCode, durationMs, error, responseBody };
}
