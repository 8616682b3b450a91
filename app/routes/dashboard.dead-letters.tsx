import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { deathCauses, maxReplayed } from "#app/domain/messaging/dead-letter-schema.ts";
import { listDeadLetters } from "#app/domain/messaging/list-dead-letters.server.ts";
import { listMailboxes } from "#app/domain/messaging/list-mailboxes.server.ts";
import { findMessage } from "#app/domain/messaging/read-message.server.ts";
import { replayMailbox, replayMessages } from "#app/domain/messaging/replay-messages.server.ts";
import { mailboxIdSchema, messageIdSchema } from "#app/domain/messaging/schema.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { DeadLettersPage } from "#app/ui/dead-letters/dead-letters-page.tsx";
import { revalidateUnlessOpening } from "#app/ui/messages/opening-a-message.ts";

export const meta: MetaFunction = () => [{ title: "Dead letters · Signalbox" }];

const limit = 50;

export const loader = pageLoader({
  scope: "messages:read",
  query: z.object({
    to: orEmpty(mailboxIdSchema),
    cause: orEmpty(z.enum(deathCauses)),
    cursor: orEmpty(messageIdSchema),
    message: orEmpty(messageIdSchema),
  }),
  handler: async ({ db, actor, query: { to, cause, cursor, message } }) => {
    const [list, mailboxes, found] = await Promise.all([
      listDeadLetters(db, actor, { recipientId: to, cause, cursor, limit }),
      listMailboxes(db, actor),
      message === undefined ? null : findMessage(db, actor, message),
    ]);
    return {
      list,
      filters: { to, cause },
      cursor,
      // What is dead was to be claimed or pushed, and only agents' mailboxes are.
      recipients: mailboxes.filter(({ kind }) => kind === "agent").map(({ id, name }) => ({ id, name })),
      message: found,
      mayReplay: actor.scopes.has("agents:write"),
    };
  },
});

/** One box that was ticked is a text, several are a list. */
const messageIds = z.preprocess(
  (value) => (value === undefined ? [] : [value].flat()),
  z.array(messageIdSchema).min(1, "Select at least one message").max(maxReplayed),
);

export const action = pageAction({
  scope: "agents:write",
  form: z.discriminatedUnion("intent", [
    z.strictObject({ intent: z.literal("replay"), messageIds }),
    z.strictObject({ intent: z.literal("replay-all"), recipientId: mailboxIdSchema }),
  ]),
  handler: async ({ runtime, actor, form, request }) => {
    if (form.intent === "replay-all") {
      const { replayed } = await replayMailbox(runtime, actor, form.recipientId, request);
      return { done: doneOf(replayed) };
    }
    const { messages } = await replayMessages(runtime, actor, form.messageIds, request);
    return { done: doneOf(messages.filter(({ outcome }) => outcome === "replayed").length) };
  },
});

function doneOf(replayed: number): string {
  if (replayed === 0) return "Nothing was replayed: they are not dead any more";
  return replayed === 1 ? "1 message replayed" : `${replayed.toLocaleString("en-GB")} messages replayed`;
}

export const shouldRevalidate = revalidateUnlessOpening;

export default function DeadLetters() {
  // Only without JavaScript: with it each form has a fetcher of its own.
  const answer = useActionData<typeof action>();
  return <DeadLettersPage {...useLoaderData<typeof loader>()} answer={answer} />;
}
