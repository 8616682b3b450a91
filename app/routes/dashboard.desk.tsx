import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { isAppError } from "#app/domain/errors.ts";
import {
  escalationCursorSchema,
  escalationLists,
  resolutionSchema,
} from "#app/domain/messaging/escalation-schema.ts";
import { handBackEscalation } from "#app/domain/messaging/hand-back-escalation.server.ts";
import { listEscalations } from "#app/domain/messaging/list-escalations.server.ts";
import { findEscalation } from "#app/domain/messaging/read-escalation.server.ts";
import { resolveEscalation } from "#app/domain/messaging/resolve-escalation.server.ts";
import { messageIdSchema } from "#app/domain/messaging/schema.ts";
import { takeEscalation } from "#app/domain/messaging/take-escalation.server.ts";
import { tellResolution } from "#app/domain/messaging/tell-resolution.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { DeskPage } from "#app/ui/desk/desk-page.tsx";

export const meta: MetaFunction = () => [{ title: "Desk · Signalbox" }];

export const loader = pageLoader({
  scope: "messages:read",
  query: z.object({
    show: orEmpty(z.enum(escalationLists)),
    cursor: orEmpty(escalationCursorSchema),
    escalation: orEmpty(messageIdSchema),
  }),
  handler: async ({ db, actor, query: { show = "waiting", cursor, escalation } }) => {
    const [list, open] = await Promise.all([
      listEscalations(db, actor, { list: show, cursor }),
      escalation === undefined ? null : findEscalation(db, actor, escalation),
    ]);
    return {
      list,
      show,
      isFirstPage: cursor === undefined,
      openId: escalation ?? null,
      open,
      viewerId: actor.membershipId,
      maySend: actor.scopes.has("messages:send"),
    };
  },
});

const intent = <I extends string, S extends z.core.$ZodLooseShape>(name: I, fields: S) =>
  z.strictObject({ intent: z.literal(name), messageId: messageIdSchema, ...fields });

export const action = pageAction({
  scope: "messages:send",
  form: z.discriminatedUnion("intent", [
    intent("take", {}),
    intent("take-over", {}),
    intent("hand-back", {}),
    intent("resolve", { resolution: resolutionSchema, tell: z.literal("on").optional() }),
  ]),
  handler: async ({ runtime, actor, form, request }) => {
    const { messageId } = form;
    switch (form.intent) {
      case "take":
        await takeEscalation(runtime, actor, { messageId }, request);
        return { done: "Taken: it is yours to resolve" };
      case "take-over":
        await takeEscalation(runtime, actor, { messageId, takeOver: true }, request);
        return { done: "Taken over: it is yours to resolve" };
      case "hand-back":
        await handBackEscalation(runtime, actor, messageId, request);
        return { done: "Handed back" };
      case "resolve": {
        const { resolution, tell } = form;
        const resolved = await resolveEscalation(runtime, actor, { messageId, resolution }, request);
        if (tell === undefined) return { done: "Resolved" };
        try {
          await tellResolution(runtime.sender, actor, resolved, request);
        } catch (error) {
          // It is resolved all the same, and the reply box is at hand.
          if (!isAppError(error)) throw error;
          return {
            done: `Resolved, but ${resolved.message.sender.name} could not be told: ${error.message}`,
          };
        }
        return { done: `Resolved, and ${resolved.message.sender.name} was told` };
      }
    }
  },
});

export default function Desk() {
  return <DeskPage {...useLoaderData<typeof loader>()} answer={useActionData<typeof action>()} />;
}
