import type { MetaFunction } from "@remix-run/node";
import { type ShouldRevalidateFunction, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { isAppError, notFound } from "#app/domain/errors.ts";
import { listMailboxes } from "#app/domain/messaging/list-mailboxes.server.ts";
import { readInbox } from "#app/domain/messaging/read-inbox.server.ts";
import { readMessage } from "#app/domain/messaging/read-message.server.ts";
import {
  deliveryStatuses,
  inboxQuerySchema,
  mailboxIdSchema,
  messageIdSchema,
  messageTypes,
} from "#app/domain/messaging/schema.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { InboxPage } from "#app/ui/inbox/inbox-page.tsx";
import { mailboxKindOf } from "#db/ids.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data ? `${data.inbox.mailbox.name} · ` : ""}Inbox · Signalbox` },
];

const limit = 50;

/** A form without JavaScript sends the filters that are not set as empty. */
const orEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema.optional());

export const loader = pageLoader({
  scope: "messages:read",
  query: z.object({
    agent: orEmpty(mailboxIdSchema),
    message: orEmpty(messageIdSchema),
    type: orEmpty(z.enum(messageTypes)),
    status: orEmpty(z.enum(deliveryStatuses)),
    from: orEmpty(mailboxIdSchema),
    page: orEmpty(inboxQuerySchema.shape.page),
  }),
  handler: async ({ db, actor, query: { agent, message, page, ...filters } }) => {
    const mailboxes = await listMailboxes(db, actor);
    const mailboxId = agent ?? mailboxes[0]?.id;
    if (mailboxId === undefined) throw notFound("mailbox");
    const [inboxPage, found] = await Promise.all([
      readInbox(db, actor, mailboxId, { page: page ?? 1, limit, ...filters }),
      message === undefined
        ? null
        : readMessage(db, actor, message).catch((error: unknown) => {
            if (isAppError(error) && error.code === "not_found") return null;
            throw error;
          }),
    ]);
    const mailbox = mailboxes.find(({ id }) => id === mailboxId) ?? {
      id: mailboxId,
      kind: mailboxKindOf(mailboxId),
      name: "Mailbox",
      total: inboxPage.pagination.total,
    };
    return { mailboxes, inbox: { mailbox, page: inboxPage, filters }, message: found };
  },
});

/** Opening a message of the list needs nothing new from the server. */
export const shouldRevalidate: ShouldRevalidateFunction = ({
  currentUrl,
  nextUrl,
  formAction,
  defaultShouldRevalidate,
}) => {
  if (formAction?.startsWith("/preferences/")) return false;
  if (currentUrl.href === nextUrl.href) return defaultShouldRevalidate;
  const without = (url: URL) => {
    const search = new URLSearchParams(url.search);
    search.delete("message");
    return `${url.pathname}?${search}`;
  };
  return without(currentUrl) === without(nextUrl) ? false : defaultShouldRevalidate;
};

export default function Inbox() {
  return <InboxPage {...useLoaderData<typeof loader>()} />;
}
