import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import {
  archiveIdSchema,
  coldDaysSchema,
  holdReasonSchema,
  hotDaysSchema,
} from "#app/domain/integrity/archive/archive-schema.ts";
import { listArchives } from "#app/domain/integrity/archive/list-archives.server.ts";
import {
  changeTrailRetention,
  readTrailRetention,
} from "#app/domain/integrity/archive/trail-retention.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { RetentionPage } from "#app/ui/retention/retention-page.tsx";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Retention of the audit trail · Signalbox" }];

export const handle = placeOf({ here: () => "Retention" });

const shown = 20;

export const loader = pageLoader({
  scope: "activity:read",
  query: z.object({ before: orEmpty(archiveIdSchema) }),
  handler: async ({ db, actor, query }) => {
    const [retention, archives] = await Promise.all([
      readTrailRetention(db, actor),
      listArchives(db, actor, { limit: shown, cursor: query.before }),
    ]);
    return { retention, archives, mayChange: actor.scopes.has("tenant:write") };
  },
});

const days = z
  .string()
  .trim()
  .regex(/^\d{1,5}$/, "must be a whole number of days")
  .transform(Number);

export const action = pageAction({
  scope: "tenant:write",
  form: z.discriminatedUnion("intent", [
    z.strictObject({
      intent: z.literal("days"),
      hotDays: days.pipe(hotDaysSchema),
      coldDays: days.pipe(coldDaysSchema),
    }),
    z.strictObject({
      intent: z.literal("hold"),
      reason: holdReasonSchema,
    }),
    z.strictObject({ intent: z.literal("release") }),
  ]),
  handler: async ({ db, actor, form, request }) => {
    switch (form.intent) {
      case "days": {
        const { hotDays, coldDays } = form;
        await changeTrailRetention(db, actor, { hotDays, coldDays }, request);
        return { done: "Retention changed" };
      }
      case "hold":
        await changeTrailRetention(db, actor, { hold: { reason: form.reason } }, request);
        return { done: "Archives are on legal hold" };
      case "release":
        await changeTrailRetention(db, actor, { hold: null }, request);
        return { done: "Legal hold released" };
    }
  },
});

export default function TrailRetention() {
  return <RetentionPage {...useLoaderData<typeof loader>()} answer={useActionData<typeof action>()} />;
}
