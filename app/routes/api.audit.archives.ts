import { archiveListSchema } from "#app/domain/integrity/archive/archive-schema.ts";
import { listArchives } from "#app/domain/integrity/archive/list-archives.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "activity:read",
    query: archiveListSchema,
    handler: ({ db, actor, query }) => listArchives(db, actor, query),
  },
});

export const loader = route.loader;
export const action = route.action;
