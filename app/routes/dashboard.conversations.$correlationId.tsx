import type { MetaFunction } from "@remix-run/node";
import { type ShouldRevalidateFunction, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { readThread } from "#app/domain/messaging/read-thread.server.ts";
import { correlationIdSchema, messageIdSchema } from "#app/domain/messaging/schema.ts";
import { findConversationHolds } from "#app/domain/retention/find-holds.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { ConversationPage } from "#app/ui/conversation/conversation-page.tsx";
import { subjectOf } from "#app/ui/conversation/subject.ts";
import { pageSize } from "#app/ui/conversation/thread-state.ts";
import { placeOf } from "#app/ui/shell/place.ts";

export const loader = pageLoader({
  scope: "messages:read",
  params: z.object({ correlationId: correlationIdSchema }),
  query: z.object({ message: messageIdSchema.optional() }),
  handler: async ({ db, actor, params: { correlationId }, query: { message } }) => {
    const [thread, holds] = await Promise.all([
      readThread(db, actor, correlationId, { limit: pageSize, around: message }),
      findConversationHolds(db, actor, correlationId),
    ]);
    return {
      correlationId,
      /** The message that the link is to, when the thread has it. */
      linkedId: message ?? null,
      thread,
      holds,
      mayAllow: actor.scopes.has("agents:write"),
      maySend: actor.scopes.has("messages:send"),
      mayHold: actor.scopes.has("tenant:write"),
    };
  },
});

type Data = Awaited<ReturnType<typeof loader>>;

export const handle = placeOf<Data>({ here: ({ thread }) => subjectOf(thread.opening) });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? subjectOf(data.thread.opening) : "Conversation"} · Signalbox` },
];

/** A link to a message that is on the page only scrolls to it. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ formAction, defaultShouldRevalidate }) =>
  formAction?.startsWith("/preferences/") ? false : defaultShouldRevalidate;

export default function Conversation() {
  const data = useLoaderData<typeof loader>();
  return <ConversationPage key={data.correlationId} {...data} />;
}
