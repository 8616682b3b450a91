import { usageExportQuerySchema } from "#app/domain/usage/reading/schema.ts";
import { api } from "#app/http/api-route.server.ts";
import { usageExport } from "#app/http/usage-export.server.ts";

const route = api({
  GET: {
    scope: "billing:read",
    query: usageExportQuerySchema,
    handler: ({ db, actor, request, query }) => usageExport(db, actor, { query, nowMs: Date.now(), request }),
  },
});

export const loader = route.loader;
export const action = route.action;
