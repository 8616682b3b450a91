import type { Database, Sql } from "#db/database.ts";
import { checkedUrl } from "../../outbound/checked-url.server.ts";
import { recordedUrl } from "../../outbound/recorded-url.ts";
import { generateSigningSecret } from "../../outbound/signing-secret.ts";
import type { EndpointWithSecret } from "../endpoint-schema.ts";
import { requireScope } from "../mailbox-access.ts";
import {
  aboutAgent,
  type ChangedAgent,
  type EndpointChange,
  lockAgent,
  lockEndpoint,
  recordEvent,
  setMailboxMode,
} from "./change-endpoint.server.ts";
import { findEndpoint } from "./endpoint-view.server.ts";
import type { PushServices } from "./push-services.server.ts";
import { secretOwner } from "./secret-owner.ts";
import { wakePush } from "./wake-push.server.ts";

export interface PutEndpoint extends EndpointChange {
  url: string;
}

export interface PutEndpointResult {
  endpoint: EndpointWithSecret;
  isNew: boolean;
}

/**
 * Gives an agent its endpoint, or another URL, and has its messages pushed there from now on. A new
 * endpoint and a changed URL get a new secret, so that whoever is behind the old URL can sign nothing
 * for the new one; the same URL again changes nothing but the mailbox's mode.
 * @throws AppError not_found, invalid_input naming `url`.
 */
export async function putEndpoint(
  db: Database,
  services: PushServices,
  put: PutEndpoint,
): Promise<PutEndpointResult> {
  requireScope(put.actor, "agents:write");
  const url = checkedUrl(services.outbound, put.url, "url");
  const secret = generateSigningSecret();
  const sealed = services.secrets.seal(
    secretOwner({ tenantId: put.actor.tenantId, agentId: put.agentId }),
    secret,
  );
  return db.asTenantSql(put.actor.tenantId, async (sql) => {
    const agent = await lockAgent(sql, put);
    const before = await lockEndpoint(sql, agent);
    if (before === undefined) await insertEndpoint(sql, put, agent, { url, sealed });
    else if (before.url !== url) await changeUrl(sql, put, agent, { from: before.url, url, sealed });
    await setMailboxMode(sql, put, agent, "push");
    await wakePush(sql, [agent]);
    const endpoint = await findEndpoint(sql, put.actor.tenantId, put.agentId);
    if (endpoint === undefined) throw new Error("the endpoint was not stored");
    const isNew = before === undefined;
    return { endpoint: isNew || before.url !== url ? { ...endpoint, secret } : endpoint, isNew };
  });
}

async function insertEndpoint(
  sql: Sql,
  put: PutEndpoint,
  agent: ChangedAgent,
  { url, sealed }: { url: string; sealed: Buffer },
): Promise<void> {
  await sql`
    insert into endpoints (tenant_id, agent_id, url, secret)
    values (${agent.tenantUuid}, ${agent.agentUuid}, ${url}, ${sealed})
  `;
  await recordEvent(sql, {
    ...aboutAgent(put, agent),
    action: "endpoint.created",
    details: { url: recordedUrl(url) },
  });
}

/** Another URL is another receiver: it starts afresh, and an attempt under way says nothing of it. */
async function changeUrl(
  sql: Sql,
  put: PutEndpoint,
  agent: ChangedAgent,
  { from, url, sealed }: { from: string; url: string; sealed: Buffer },
): Promise<void> {
  await sql`
    update endpoints set url = ${url}, secret = ${sealed}, previous_secret = null, previous_secret_until = null,
      status = 'active', disabled_at = null, disabled_reason = null, failures = 0, given_up = 0,
      next_attempt_at = null, lease_id = null, leased_until = null, updated_at = now()
    where tenant_id = ${agent.tenantUuid} and agent_id = ${agent.agentUuid}
  `;
  await recordEvent(sql, {
    ...aboutAgent(put, agent),
    action: "endpoint.changed",
    details: { url: { from: recordedUrl(from), to: recordedUrl(url) } },
  });
}
