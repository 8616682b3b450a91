import { z } from "zod";
import { decodeActivityCursor } from "#app/domain/audit/activity-place.ts";
import { activityCursorSchema } from "#app/domain/audit/activity-schema.ts";
import { recordAuditReading } from "#app/domain/audit/record-audit-reading.server.ts";
import { api } from "#app/http/api-route.server.ts";
import { activityStream } from "#app/http/sse.server.ts";

/**
 * The tenant's activity as it happens. It begins after `Last-Event-ID` (a client that comes back sends
 * it by itself, so it goes before `cursor`), else after the cursor, else at the end.
 */
const route = api({
  GET: {
    scope: "activity:read",
    query: z.strictObject({ cursor: activityCursorSchema.optional() }),
    async handler({ runtime, db, actor, request, query, headers }) {
      const lastEventId = headers.get("Last-Event-ID") ?? "";
      const startAt =
        lastEventId === "" ? (query.cursor ?? "end") : (decodeActivityCursor(lastEventId) ?? "unknown");
      runtime.activity.assertOpen();
      await recordAuditReading(db, actor, { request });
      return activityStream({ runtime, actor, startAt });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
