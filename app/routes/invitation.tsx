import { type MetaFunction, redirectDocument } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { type Joined, joinAsNewPerson, joinAsPerson } from "#app/domain/auth/accept-invitation.server.ts";
import { unsafeReadInvitation } from "#app/domain/auth/find-invitation.server.ts";
import { invitationTokenSchema, newPersonSchema } from "#app/domain/auth/invitation-schema.ts";
import { AppError } from "#app/domain/errors.ts";
import { signOut } from "#app/http/authenticator.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { findUser } from "#app/http/require-actor.server.ts";
import { keepSessionToken, readSessionToken } from "#app/http/session-cookie.server.ts";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { InvitationPage, type Invited } from "#app/ui/invitation/invitation-page.tsx";

export const meta: MetaFunction = () => [
  { title: "Invitation · Signalbox" },
  { name: "robots", content: "noindex" },
];

/** What the link leads to. Only the form does something: mail programs follow links to look at them. */
export const loader = pageLoader({
  scope: "public",
  handler: async ({ db, url, args }) => {
    const token = url.searchParams.get("token") ?? "";
    const [found, viewer] = await Promise.all([
      unsafeReadInvitation(db, token),
      findUser(args.request, args.context),
    ]);
    const invited: Invited | undefined = found && {
      state: found.state,
      tenantName: found.tenantName,
      role: found.role,
      email: found.email,
      who:
        viewer === undefined
          ? found.accountId === null
            ? "new"
            : "known"
          : found.accountId === viewer.id
            ? "viewer"
            : "other",
    };
    return { token, invited, viewerName: viewer?.name };
  },
});

export const action = pageAction({
  scope: "public",
  form: z.discriminatedUnion("intent", [
    newPersonSchema.extend({ intent: z.literal("join-as-new") }),
    z.strictObject({ intent: z.literal("join"), token: invitationTokenSchema }),
    z.strictObject({ intent: z.literal("sign-out"), token: invitationTokenSchema }),
  ]),
  handler: async ({ db, form, headers, request, args }) => {
    const userAgent = headers.get("User-Agent");
    const enter = async ({ token }: Joined) =>
      redirectDocument("/dashboard", {
        headers: token === undefined ? {} : { "Set-Cookie": await keepSessionToken(token, args.context) },
      });
    switch (form.intent) {
      case "join-as-new": {
        const { intent: _, ...person } = form;
        const replacedToken = await readSessionToken(args.request, args.context);
        return enter(await joinAsNewPerson(db, person, { userAgent, replacedToken, request }));
      }
      case "join": {
        const viewer = await findUser(args.request, args.context);
        if (viewer === undefined) throw new AppError("unauthenticated", "Sign in to accept the invitation.");
        return enter(await joinAsPerson(db, viewer, { token: form.token, userAgent }, request));
      }
      case "sign-out":
        return redirectDocument(`/invitation?token=${encodeURIComponent(form.token)}`, {
          headers: await signOut(args.request, args.context),
        });
    }
  },
});

export default function Invitation() {
  return (
    <InvitationPage
      {...useLoaderData<typeof loader>()}
      problem={toFormProblem(useActionData<typeof action>())}
    />
  );
}
