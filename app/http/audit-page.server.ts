import { type AuditPlace, encodePlace } from "#app/domain/audit/audit-log-cursor.ts";
import {
  type AuditFilters,
  actorKinds,
  auditStatuses,
  defaultAuditLimit,
} from "#app/domain/audit/audit-log-schema.ts";
import type { AuditReach } from "#app/domain/audit/audit-reach.server.ts";
import { listAuditLogs } from "#app/domain/audit/list-audit-logs.server.ts";
import { listNewerAuditLogs, placeOfLog } from "#app/domain/audit/list-newer-audit-logs.server.ts";
import { recordAuditReading } from "#app/domain/audit/record-audit-reading.server.ts";
import { auditActions, auditRegistry } from "#app/domain/audit/registry.ts";
import type { RequestInfo, UserActor } from "#app/domain/auth/actor.ts";
import type { Database } from "#db/database.ts";
import { type AuditPageFilters, type AuditPagePlace, filtersAt } from "./audit-page-query.server.ts";

interface LoadAuditPageOptions {
  reach?: AuditReach | undefined;
  filters: AuditPageFilters;
  place: AuditPagePlace;
  request: RequestInfo;
}

/** What a page of the trail shows, for a tenant's people and for those who administer the service alike. */
export async function loadAuditPage(
  db: Database,
  actor: UserActor,
  { reach, filters, place, request }: LoadAuditPageOptions,
) {
  // First, so that the look itself is on the page and is not news to it.
  await recordAuditReading(db, actor, { reach, request });
  const { page, newerThan } = await readPage(db, actor, {
    ...{ reach, place, filters: filtersAt(filters, Date.now()) },
  });
  const [first] = page.logs;
  return {
    page,
    filters,
    /** Null of the newest page, which counts what is newer than its first event. */
    newerThan: newerThan && encodePlace(newerThan),
    first: first && encodePlace(placeOfLog(first)),
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

async function readPage(
  db: Database,
  actor: UserActor,
  { reach, filters, place }: { reach: AuditReach | undefined; filters: AuditFilters; place: AuditPagePlace },
) {
  const asked = { filters, reach, limit: defaultAuditLimit };
  const { newerThan } = place;
  const newer = newerThan === undefined ? null : await listNewerAuditLogs(db, actor, { ...asked, newerThan });
  if (newer !== null) return newer;
  const cursor = newerThan === undefined ? place.cursor : undefined;
  const page = await listAuditLogs(db, actor, { ...asked, cursor });
  const [first] = page.logs;
  const above: AuditPlace | null = cursor === undefined ? null : first ? placeOfLog(first) : cursor;
  return { page, newerThan: above };
}

export type AuditPageData = Awaited<ReturnType<typeof loadAuditPage>>;
