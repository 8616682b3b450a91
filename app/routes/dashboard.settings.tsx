import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { changeRetention } from "#app/domain/retention/change-retention.server.ts";
import { listErasureSubjects, listErasures } from "#app/domain/retention/list-erasures.server.ts";
import { listHolds } from "#app/domain/retention/list-holds.server.ts";
import { readRetention } from "#app/domain/retention/read-retention.server.ts";
import { releaseHold } from "#app/domain/retention/release-hold.server.ts";
import { requestErasure } from "#app/domain/retention/request-erasure.server.ts";
import {
  erasureIdSchema,
  holdIdSchema,
  type RetentionDays,
  requestErasureSchema,
  retentionChoices,
} from "#app/domain/retention/schema.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { SettingsPage } from "#app/ui/settings/settings-page.tsx";

export const meta: MetaFunction = () => [{ title: "Settings · Signalbox" }];

const shown = 20;
const mostSubjects = 500;

/** Everybody sees how long messages are kept; what admins can do about it, admins see. */
export const loader = pageLoader({
  scope: "authenticated",
  query: z.object({ holds: orEmpty(holdIdSchema), erasures: orEmpty(erasureIdSchema) }),
  handler: async ({ db, actor, query }) => {
    const isAdmin = actor.scopes.has("tenant:write");
    const [retention, holds, erasures, subjects] = await Promise.all([
      readRetention(db, actor, Date.now()),
      isAdmin ? listHolds(db, actor, { limit: shown, cursor: query.holds, state: "active" }) : undefined,
      isAdmin ? listErasures(db, actor, { limit: shown, cursor: query.erasures }) : undefined,
      isAdmin ? listErasureSubjects(db, actor, mostSubjects) : undefined,
    ]);
    return {
      retention,
      admin: holds && erasures && subjects && { holds, erasures, subjects },
    };
  },
});

const choiceNames = retentionChoices.map((days) => (days === null ? "forever" : String(days)));

export const action = pageAction({
  scope: "tenant:write",
  form: z.discriminatedUnion("intent", [
    z.strictObject({ intent: z.literal("retention"), days: z.enum(choiceNames) }),
    z.strictObject({ intent: z.literal("release"), holdId: holdIdSchema }),
    z.strictObject({
      intent: z.literal("erase"),
      subjectId: requestErasureSchema.shape.subjectId,
      includeReceived: z.enum(["", "1"]).default(""),
      reason: requestErasureSchema.shape.reason,
    }),
  ]),
  handler: async ({ db, actor, form, request }) => {
    switch (form.intent) {
      case "retention":
        await changeRetention(db, actor, toDays(form.days), request);
        return { done: "Retention changed" };
      case "release":
        await releaseHold(db, actor, form.holdId, request);
        return { done: "Hold released" };
      case "erase": {
        const { subjectId, reason } = form;
        const { subject } = await requestErasure(
          db,
          actor,
          { subjectId, reason, includeReceived: form.includeReceived === "1" },
          request,
        );
        return { done: `Erasing the contents of ${subject.name}` };
      }
    }
  },
});

const toDays = (choice: string): RetentionDays =>
  retentionChoices.find((days) => String(days ?? "forever") === choice) ?? null;

export default function Settings() {
  return <SettingsPage {...useLoaderData<typeof loader>()} answer={useActionData<typeof action>()} />;
}
