import { z } from "zod";
import { retryJob } from "#app/domain/platform/retry-jobs.server.ts";
import { jobIdSchema } from "#app/domain/platform/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "tenants:admin",
    params: z.object({ jobId: jobIdSchema }),
    handler: ({ db, actor, params: { jobId }, request }) => retryJob(db, actor, jobId, request),
  },
});

export const loader = route.loader;
export const action = route.action;
