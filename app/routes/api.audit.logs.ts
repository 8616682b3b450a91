import { auditLogQuerySchema } from "#app/domain/audit/audit-log-query-schema.ts";
import { listAuditLogs } from "#app/domain/audit/list-audit-logs.server.ts";
import { recordAuditReading } from "#app/domain/audit/record-audit-reading.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "activity:read",
    query: auditLogQuerySchema,
    async handler({ db, actor, request, query: { tenantId: reach, limit, page, cursor, ...filters } }) {
      // First, so that the look itself is on the page and not what came after it.
      await recordAuditReading(db, actor, { reach, request });
      return listAuditLogs(db, actor, { filters, reach, limit, page, cursor });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
