import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { listFailedJobs } from "#app/domain/platform/list-failed-jobs.server.ts";
import { readSystem } from "#app/domain/platform/read-system.server.ts";
import { retryJob, retryJobsOfTask } from "#app/domain/platform/retry-jobs.server.ts";
import { failedJobListSchema, jobIdSchema, retryJobsSchema } from "#app/domain/platform/schema.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { SystemPage } from "#app/ui/platform/system-page.tsx";

export const meta: MetaFunction = () => [{ title: "System · Signalbox" }];

const limit = 20;

export const loader = pageLoader({
  scope: "tenants:admin",
  query: z.object({
    task: orEmpty(failedJobListSchema.shape.task),
    cursor: orEmpty(failedJobListSchema.shape.cursor),
  }),
  handler: async ({ runtime, db, actor, query: { task, cursor } }) => {
    const [system, failedJobs] = await Promise.all([
      readSystem(db, actor),
      listFailedJobs(db, actor, { limit, task, cursor }),
    ]);
    return { system, ownId: runtime.instance.facts.id, failedJobs, task, cursor };
  },
});

export const action = pageAction({
  scope: "tenants:admin",
  form: z.discriminatedUnion("intent", [
    z.strictObject({ intent: z.literal("retry"), jobId: jobIdSchema }),
    retryJobsSchema.extend({ intent: z.literal("retry-all") }),
  ]),
  handler: async ({ db, actor, form, request }) => {
    if (form.intent === "retry") {
      await retryJob(db, actor, form.jobId, request);
      return { done: "The job runs again" };
    }
    const { retried } = await retryJobsOfTask(db, actor, form.task, request);
    return { done: retried === 1 ? "1 job runs again" : `${retried.toLocaleString("en-GB")} jobs run again` };
  },
});

export default function System() {
  // Only without JavaScript: with it each form has a fetcher of its own.
  const answer = useActionData<typeof action>();
  return <SystemPage {...useLoaderData<typeof loader>()} answer={answer} />;
}
