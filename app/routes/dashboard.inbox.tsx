import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { notFound } from "#app/domain/errors.ts";
import { listMailboxes } from "#app/domain/messaging/list-mailboxes.server.ts";
import { readInbox } from "#app/domain/messaging/read-inbox.server.ts";
import { findMessage } from "#app/domain/messaging/read-message.server.ts";
import {
  deliveryStatuses,
  inboxQuerySchema,
  mailboxIdSchema,
  messageIdSchema,
  messageTypes,
} from "#app/domain/messaging/schema.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { InboxPage } from "#app/ui/inbox/inbox-page.tsx";
import { mailboxFilterNames } from "#app/ui/inbox/inbox-view.ts";
import { pageSize } from "#app/ui/inbox/message-window.ts";
import { revalidateUnlessOnly } from "#app/ui/messages/opening-a-message.ts";
import { mailboxKindOf } from "#db/ids.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? `${data.inbox.mailbox.name} · ` : ""}Inbox · Signalbox` },
];

export const loader = pageLoader({
  scope: "messages:read",
  query: z.object({
    agent: orEmpty(mailboxIdSchema),
    message: orEmpty(messageIdSchema),
    type: orEmpty(z.enum(messageTypes)),
    status: orEmpty(z.enum(deliveryStatuses)),
    from: orEmpty(mailboxIdSchema),
    before: orEmpty(inboxQuerySchema.shape.before),
  }),
  handler: async ({ db, actor, query: { agent, message, before, ...filters } }) => {
    const [mailboxes, found] = await Promise.all([
      listMailboxes(db, actor),
      message === undefined ? null : findMessage(db, actor, message),
    ]);
    const mailboxId = agent ?? mailboxes[0]?.id;
    if (mailboxId === undefined) throw notFound("mailbox");
    const page = await readInbox(db, actor, mailboxId, { limit: pageSize, before, ...filters });
    const mailbox = mailboxes.find(({ id }) => id === mailboxId) ?? {
      id: mailboxId,
      kind: mailboxKindOf(mailboxId),
      name: "Mailbox",
      total: page.pagination.total,
      seenThrough: null,
      unseen: null,
    };
    const seenThrough = mailbox.seenThrough ?? (mailbox.unseen === null ? page.cursor : 0);
    return {
      mailboxes,
      inbox: { mailbox, page, filters, startsBefore: before ?? null, seenThrough },
      message: found,
      maySend: actor.scopes.has("messages:send"),
    };
  },
});

export const shouldRevalidate = revalidateUnlessOnly(["message", ...mailboxFilterNames]);

export default function Inbox() {
  return <InboxPage {...useLoaderData<typeof loader>()} />;
}
