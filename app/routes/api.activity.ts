import { activityQuerySchema, recordActivitySchema } from "#app/domain/audit/activity-schema.ts";
import { readActivity } from "#app/domain/audit/read-activity.server.ts";
import { recordActivity } from "#app/domain/audit/record-activity.server.ts";
import { recordAuditReading } from "#app/domain/audit/record-audit-reading.server.ts";
import { idempotencyKeySchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";
import { readHeader } from "#app/http/parse-input.server.ts";

/** What has happened in the tenant, in the order in which it became readable; and what happened outside. */
const route = api({
  GET: {
    scope: "activity:read",
    query: activityQuerySchema,
    async handler({ db, actor, request, query }) {
      await recordAuditReading(db, actor, { request });
      return readActivity(db, actor, query);
    },
  },
  POST: {
    scope: "activity:write",
    body: recordActivitySchema,
    handler({ db, actor, body: { events }, headers, request }) {
      const idempotencyKey = readHeader(headers, "Idempotency-Key", idempotencyKeySchema);
      return recordActivity(db, actor, { events, idempotencyKey, request });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
