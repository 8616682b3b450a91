import { listFailedJobs } from "#app/domain/platform/list-failed-jobs.server.ts";
import { failedJobListSchema } from "#app/domain/platform/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "tenants:admin",
    query: failedJobListSchema,
    handler: ({ db, actor, query }) => listFailedJobs(db, actor, query),
  },
});

export const loader = route.loader;
export const action = route.action;
