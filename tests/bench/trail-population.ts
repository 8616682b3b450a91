import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type postgres from "postgres";
import { createTenant } from "#app/domain/auth/create-tenant.server.ts";
import { createDatabase } from "#db/client.server.ts";
import { newUuid, type TenantId, toUuid } from "#db/ids.ts";
import type { BenchEnvironment } from "./environment.ts";
import { loadMessages } from "./trail-messages.ts";

export const AGENTS = 100;
export const DAYS = 90;

/** A tenant with a history. */
export interface TrailTenant {
  tenantId: TenantId;
  admin: { email: string; password: string };
  /** The busiest first; their mailboxes. */
  agentUuids: string[];
  messages: number;
  /** When its history begins and ends, in milliseconds since 1970. */
  beginMs: number;
  endMs: number;
}

/** Both tenants; taken over from the data folder when they are there already. */
export async function trailTenants(
  environment: BenchEnvironment,
  sizes: { large: number; small: number },
): Promise<{ large: TrailTenant; small: TrailTenant }> {
  const kept = join(environment.dataDir, `trail-${sizes.large}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8"));
  const small = await addTenant(environment, "small", sizes.small);
  const large = await addTenant(environment, "large", sizes.large);
  const startedMs = Date.now();
  await loadMessages(environment.owner, [small, large]);
  console.log(`Loaded ${sizes.large.toLocaleString("en-US")} messages in ${seconds(startedMs)} s.`);
  writeFileSync(kept, JSON.stringify({ large, small }), { mode: 0o600 });
  return { large, small };
}

const seconds = (sinceMs: number): string => ((Date.now() - sinceMs) / 1000).toFixed(0);

async function addTenant(
  { owner, tenantUrl, systemUrl }: BenchEnvironment,
  name: string,
  messages: number,
): Promise<TrailTenant> {
  const slug = `${name}-${newUuid().slice(-8)}`;
  const admin = { email: `admin@${slug}.example`, password: newUuid() };
  const db = createDatabase({ tenantUrl, systemUrl });
  try {
    const { tenantId } = await createTenant(db, {
      name,
      slug,
      admin: { ...admin, name: "Ada Admin" },
      request: null,
    });
    const agentUuids = Array.from({ length: AGENTS }, () => newUuid());
    await addAgents(owner, toUuid(tenantId), agentUuids);
    const endMs = Date.now();
    return { tenantId, admin, agentUuids, messages, beginMs: endMs - DAYS * 86_400_000, endMs };
  } finally {
    await db.close();
  }
}

async function addAgents(owner: postgres.Sql, tenant: string, uuids: string[]): Promise<void> {
  await owner`
    insert into agents (tenant_id, id, name, model_tier, token_quota)
    select ${tenant}, id, 'Agent ' || n, 'sonnet', 10000000
    from unnest(${uuids}::uuid[]) with ordinality as made (id, n)`;
  await owner`
    insert into mailboxes (tenant_id, id, kind)
    select ${tenant}, id, 'agent' from unnest(${uuids}::uuid[]) as made (id)`;
}
