import postgres from "postgres";
import type { UserActor } from "#app/domain/auth/actor.ts";
import { scopesOfRole } from "#app/domain/auth/scopes.ts";
import { walkMessages } from "#app/domain/messaging/walk-messages.server.ts";
import { firstUuidOf, newId, toTypeId, toUuid } from "#db/ids.ts";
import type { TrailTenant } from "./trail-population.ts";
import { trailFilters } from "./trail-reads.ts";

interface Statement {
  text: string;
  parameters: unknown[];
}

/** How PostgreSQL answers each page of the trail: `explain (analyze, buffers)` of every statement, as the tenant role. */
export async function trailPlans(tenantUrl: string, tenant: TrailTenant): Promise<string> {
  const statements: Statement[] = [];
  const client = postgres(tenantUrl, {
    max: 1,
    onnotice: () => undefined,
    debug: (_connection, text, parameters) => statements.push({ text, parameters }),
  });
  const middle = toTypeId("msg", firstUuidOf((tenant.beginMs + tenant.endMs) / 2));
  const actor: UserActor = {
    kind: "user",
    id: newId("usr"),
    membershipId: newId("mem"),
    tenantId: tenant.tenantId,
    name: "Ada Admin",
    role: "tenant_admin",
    platformAdmin: false,
    scopes: new Set(scopesOfRole.tenant_admin),
    credential: { kind: "session", id: newId("ses") },
  };
  const parts: string[] = [];
  try {
    for (const [name, filters] of Object.entries(trailFilters(tenant))) {
      for (const from of [undefined, middle]) {
        await client.begin(async (sql) => {
          await sql`select set_config('app.tenant_id', ${toUuid(tenant.tenantId)}, true)`;
          statements.length = 0;
          await walkMessages(sql, actor, filters, { direction: "desc", from, limit: 50, nowMs: Date.now() });
          parts.push(`\n## ${name}, ${from === undefined ? "first page" : "from the middle"}\n`);
          for (const { text, parameters } of [...statements]) {
            const plan = await sql.unsafe<Record<string, string>[]>(
              `explain (analyze, buffers) ${text}`,
              parameters.map((one) => (Array.isArray(one) ? one.map(String) : (one as string))),
            );
            parts.push(plan.map((line) => line["QUERY PLAN"]).join("\n"), "");
          }
        });
      }
    }
  } finally {
    await client.end({ timeout: 5 });
  }
  return parts.join("\n");
}
