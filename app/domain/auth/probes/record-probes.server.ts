import type { Sql } from "#db/database.ts";
import { type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import { systemActor } from "../system-actor.ts";
import type { ProbedId, ProbedKind } from "./probed-id.ts";

/** What one prober asked of one tenant's, of one kind, in one stretch of time. */
export interface ProbeRun {
  ownerId: TenantId;
  /** The prober as the owner is shown it: a digest, by which the same one is known again. */
  prober: string;
  kind: ProbedKind;
  /** The first of the ids. */
  id: ProbedId;
  route: string;
  attempts: number;
}

/** One at a time over all instances, so that each sees what the others have recorded. */
const lock = "signalbox.cross_tenant_probes";

const keyOf = (ownerId: TenantId, prober: string, kind: string) => `${ownerId} ${prober} ${kind}`;

/**
 * Records runs in their owners' audit logs; gives those that it recorded. With `sinceMs`, runs whose
 * prober and kind another instance has recorded since then are left out.
 */
export async function recordProbes<R extends ProbeRun>(
  sql: Sql,
  runs: readonly R[],
  sinceMs?: number,
): Promise<R[]> {
  if (runs.length === 0) return [];
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`;
  const told = sinceMs === undefined ? new Set<string>() : await findTold(sql, runs, sinceMs);
  const untold = runs.filter(({ ownerId, prober, kind }) => !told.has(keyOf(ownerId, prober, kind)));
  await insertAuditEvents(
    sql,
    untold.map(({ ownerId, prober, kind, id, route, attempts }) => ({
      tenantId: ownerId,
      actor: systemActor(ownerId, "probe-watch"),
      action: "security.cross_tenant_probe" as const,
      resource: { id },
      status: "denied" as const,
      // What the prober's request was called, and where it came from, is their tenant's.
      request: null,
      details: { prober, resourceType: kind, attempts, route },
    })),
  );
  return untold;
}

async function findTold(sql: Sql, runs: readonly ProbeRun[], sinceMs: number): Promise<Set<string>> {
  const owners = [...new Set(runs.map(({ ownerId }) => toUuid(ownerId)))];
  const rows = await sql<{ tenant_id: string; prober: string; kind: string }[]>`
    select event.tenant_id, event.details ->> 'prober' as prober, event.details ->> 'resourceType' as kind
    from unnest(${owners}::uuid[]) as owner (id)
    join audit_events event on event.tenant_id = owner.id
    where event.action = 'security.cross_tenant_probe'
      and event.occurred_at >= to_timestamp(${sinceMs / 1_000})
  `;
  return new Set(rows.map((row) => keyOf(toTypeId("ten", row.tenant_id), row.prober, row.kind)));
}
