import { z } from "zod";
import { encodePlace } from "#app/domain/audit/audit-log-cursor.ts";
import { auditCursorSchema } from "#app/domain/audit/audit-log-query-schema.ts";
import { countNewAuditEvents } from "#app/domain/audit/count-new-audit-events.server.ts";
import { json } from "#app/http/api-route.server.ts";
import { auditFilterQuery, filtersAt } from "#app/http/audit-page-query.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** How much has come since the page was read. */
export const loader = asResource(
  pageLoader({
    scope: "activity:read",
    query: z.object({ ...auditFilterQuery, since: auditCursorSchema }),
    handler: async ({ db, actor, query: { since, ...filters } }) => {
      const news = await countNewAuditEvents(db, actor, { filters: filtersAt(filters, Date.now()), since });
      // Whose answer it is: a page may have been left for the next meanwhile.
      return json({ ...news, since: encodePlace(since) });
    },
  }),
);
