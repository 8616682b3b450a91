import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { listMailboxes } from "#app/domain/messaging/list-mailboxes.server.ts";
import { listMessages } from "#app/domain/messaging/list-messages.server.ts";
import { findMessage } from "#app/domain/messaging/read-message.server.ts";
import { messageIdSchema } from "#app/domain/messaging/schema.ts";
import { messageFilterQuery } from "#app/http/message-filter-query.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { MessagesPage } from "#app/ui/message-log/messages-page.tsx";
import { revalidateUnlessOpening } from "#app/ui/messages/opening-a-message.ts";

export const meta: MetaFunction = () => [{ title: "Messages · Signalbox" }];

const limit = 50;

export const loader = pageLoader({
  scope: "messages:read",
  query: z
    .object({
      ...messageFilterQuery,
      before: orEmpty(messageIdSchema),
      after: orEmpty(messageIdSchema),
      message: orEmpty(messageIdSchema),
    })
    .refine(({ before, after }) => before === undefined || after === undefined, {
      path: ["after"],
      error: "Goes without before",
    }),
  handler: async ({ db, actor, query: { before, after, message, ...filters } }) => {
    const [list, mailboxes, found] = await Promise.all([
      listMessages(db, actor, { ...filters, before, after, limit }, Date.now()),
      listMailboxes(db, actor),
      message === undefined ? null : findMessage(db, actor, message),
    ]);
    return {
      list,
      filters,
      place: { before, after },
      parties: mailboxes.map(({ id, name }) => ({ id, name })),
      message: found,
    };
  },
});

export const shouldRevalidate = revalidateUnlessOpening;

export default function Messages() {
  return <MessagesPage {...useLoaderData<typeof loader>()} />;
}
