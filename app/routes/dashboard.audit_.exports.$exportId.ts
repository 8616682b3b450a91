import { z } from "zod";
import { readAuditExport } from "#app/domain/audit/read-audit-export.server.ts";
import { json } from "#app/http/api-route.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** What an export came to: how many events, and the digest of its file. */
export const loader = asResource(
  pageLoader({
    scope: "activity:read",
    params: z.object({ exportId: z.uuid() }),
    handler: async ({ db, actor, params: { exportId } }) =>
      json(await readAuditExport(db, actor, { id: exportId })),
  }),
);
