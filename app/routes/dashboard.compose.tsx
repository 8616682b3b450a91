import { type MetaFunction, redirect } from "@remix-run/node";
import { type ShouldRevalidateFunction, useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { composeFormSchema } from "#app/domain/messaging/compose-form.ts";
import { listRecipients } from "#app/domain/messaging/list-recipients.server.ts";
import { readMessage } from "#app/domain/messaging/read-message.server.ts";
import { messageIdSchema, messageTypes } from "#app/domain/messaging/schema.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { ComposePage } from "#app/ui/compose/compose-page.tsx";
import { conversationPath } from "#app/ui/conversation/conversation-path.ts";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { placeOf } from "#app/ui/shell/place.ts";
import { newUuid } from "#db/ids.ts";

export const meta: MetaFunction = () => [{ title: "New message · Signalbox" }];

export const handle = placeOf({ here: () => "New message" });

export const loader = pageLoader({
  scope: "messages:send",
  query: z.object({
    to: orEmpty(agentIdSchema),
    type: orEmpty(z.enum(messageTypes)),
    replyTo: orEmpty(messageIdSchema),
  }),
  handler: async ({ db, actor, query: { to, type, replyTo } }) => {
    const [recipients, repliedTo] = await Promise.all([
      listRecipients(db, actor, to),
      replyTo === undefined ? null : readMessage(db, actor, replyTo),
    ]);
    return { recipients, to: to ?? null, type: type ?? null, repliedTo, sendKey: newUuid() };
  },
});

export const action = pageAction({
  scope: "messages:send",
  form: composeFormSchema,
  handler: async ({ runtime, actor, form: { send, idempotencyKey, inPlace }, request }) => {
    const { messageId, correlationId } = await runtime.sender.send(actor, send, { idempotencyKey, request });
    if (inPlace) return { done: "Sent", messageId };
    return redirect(conversationPath(correlationId, messageId));
  },
});

/** What is being written stays as it is, whatever is loaded anew around it. */
export const shouldRevalidate: ShouldRevalidateFunction = ({
  currentUrl,
  nextUrl,
  defaultShouldRevalidate,
}) => (currentUrl.href === nextUrl.href ? false : defaultShouldRevalidate);

export default function Compose() {
  const data = useLoaderData<typeof loader>();
  return <ComposePage {...data} problem={toFormProblem(useActionData<typeof action>())} />;
}
