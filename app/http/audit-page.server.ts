import type { AuditPlace } from "#app/domain/audit/audit-log-cursor.ts";
import { encodePlace } from "#app/domain/audit/audit-log-cursor.ts";
import { actorKinds, auditStatuses, defaultAuditLimit } from "#app/domain/audit/audit-log-schema.ts";
import type { AuditReach } from "#app/domain/audit/audit-reach.server.ts";
import { listAuditLogs } from "#app/domain/audit/list-audit-logs.server.ts";
import { recordAuditReading } from "#app/domain/audit/record-audit-reading.server.ts";
import { auditActions, auditRegistry } from "#app/domain/audit/registry.ts";
import type { RequestInfo, UserActor } from "#app/domain/auth/actor.ts";
import type { Database } from "#db/database.ts";
import { type AuditPageFilters, filtersAt } from "./audit-page-query.server.ts";

interface LoadAuditPageOptions {
  reach?: AuditReach | undefined;
  filters: AuditPageFilters;
  cursor: AuditPlace | undefined;
  request: RequestInfo;
}

/** What a page of the trail shows, for a tenant's people and for those who administer the service alike. */
export async function loadAuditPage(
  db: Database,
  actor: UserActor,
  { reach, filters, cursor, request }: LoadAuditPageOptions,
) {
  // First, so that the look itself is on the page and is not news to it.
  await recordAuditReading(db, actor, { reach, request });
  const asked = filtersAt(filters, Date.now());
  const page = await listAuditLogs(db, actor, { filters: asked, reach, cursor, limit: defaultAuditLimit });
  return {
    page,
    filters,
    cursor: cursor && encodePlace(cursor),
    choices: {
      actions: auditActions,
      resourceTypes: [
        ...new Set(Object.values(auditRegistry).map(({ resourceType }) => resourceType)),
      ].sort(),
      statuses: auditStatuses,
      actorKinds,
    },
  };
}

export type AuditPageData = Awaited<ReturnType<typeof loadAuditPage>>;
