import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { signInWithForm } from "#app/http/authenticator.server.ts";
import { toLocalPath } from "#app/http/local-path.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { findUser } from "#app/http/require-actor.server.ts";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { SignInPage } from "#app/ui/sign-in/sign-in-page.tsx";

const home = "/dashboard";

export const meta: MetaFunction = () => [{ title: "Sign in · Signalbox" }];

export const loader = pageLoader({
  scope: "public",
  handler: async ({ runtime, args, url }) => {
    const user = await findUser(args.request, args.context);
    if (user !== undefined) throw redirect(toLocalPath(url.searchParams.get("redirectTo"), home));
    return { registration: runtime.env.registration, afterReset: url.searchParams.get("after") === "reset" };
  },
});

export const action = pageAction({
  scope: "public",
  // What the fields must be is said once, by the authenticator.
  form: z.unknown(),
  handler: async ({ args, url }) => {
    const { headers } = await signInWithForm(args.request, args.context);
    return redirect(toLocalPath(url.searchParams.get("redirectTo"), home), { headers });
  },
});

export default function SignIn() {
  const problem = toFormProblem(useActionData<typeof action>());
  return <SignInPage {...useLoaderData<typeof loader>()} problem={problem} />;
}
