import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { endListedSession, endOtherSessions } from "#app/domain/auth/end-listed-sessions.server.ts";
import { listOwnSessions } from "#app/domain/auth/list-sessions.server.ts";
import { sessionIdSchema } from "#app/domain/auth/session-schema.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { accountPath } from "#app/ui/account/account-paths.ts";
import { SessionsPage } from "#app/ui/account/sessions-page.tsx";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Sessions · Signalbox" }];

export const handle = placeOf({
  above: () => [{ label: "Your account", to: accountPath }],
  here: () => "Sessions",
});

export const loader = pageLoader({
  scope: "authenticated",
  handler: async ({ db, actor, request }) => ({ sessions: await listOwnSessions(db, actor, request) }),
});

export const action = pageAction({
  scope: "authenticated",
  form: z.discriminatedUnion("intent", [
    z.strictObject({ intent: z.literal("revoke-session"), sessionId: sessionIdSchema }),
    z.strictObject({ intent: z.literal("revoke-others") }),
  ]),
  handler: async ({ db, actor, form, request }) => {
    if (form.intent === "revoke-session") {
      await endListedSession(db, actor, form.sessionId, request);
      return { done: "Session revoked" };
    }
    const ended = await endOtherSessions(db, actor, request);
    return { done: ended === 1 ? "1 session signed out" : `${ended} sessions signed out` };
  },
});

export default function Sessions() {
  return <SessionsPage {...useLoaderData<typeof loader>()} answer={useActionData<typeof action>()} />;
}
