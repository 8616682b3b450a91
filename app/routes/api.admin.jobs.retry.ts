import { retryJobsOfTask } from "#app/domain/platform/retry-jobs.server.ts";
import { retryJobsSchema } from "#app/domain/platform/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "tenants:admin",
    body: retryJobsSchema,
    handler: ({ db, actor, body: { task }, request }) => retryJobsOfTask(db, actor, task, request),
  },
});

export const loader = route.loader;
export const action = route.action;
