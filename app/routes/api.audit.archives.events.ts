import { archivedEventsSchema } from "#app/domain/integrity/archive/archive-schema.ts";
import { readArchivedEvents } from "#app/domain/integrity/archive/read-archived-events.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "activity:read",
    query: archivedEventsSchema,
    handler: ({ db, runtime, actor, query, request }) =>
      readArchivedEvents(db, runtime.trail.store, actor, query, request),
  },
});

export const loader = route.loader;
export const action = route.action;
