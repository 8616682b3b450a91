import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData } from "@remix-run/react";
import { registerSchema } from "#app/domain/auth/account-schema.ts";
import { register } from "#app/domain/auth/register.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { requireRegistration } from "#app/http/registration.server.ts";
import { findUser } from "#app/http/require-actor.server.ts";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { sentToIn } from "#app/ui/sign-in/sent-to.ts";
import { SignUpPage } from "#app/ui/sign-in/sign-up-page.tsx";

export const meta: MetaFunction = () => [{ title: "Sign up · Signalbox" }];

export const loader = pageLoader({
  scope: "public",
  handler: async ({ runtime, args }) => {
    if ((await findUser(args.request, args.context)) !== undefined) throw redirect("/dashboard");
    requireRegistration(runtime);
    return null;
  },
});

/** Signs nobody in: an address that has an account gets the same answer, and its owner a mail. */
export const action = pageAction({
  scope: "public",
  form: registerSchema,
  handler: async ({ runtime, form, request }) => {
    requireRegistration(runtime);
    const { db, mail } = runtime;
    await register({ db, linkTokens: mail.linkTokens }, form, request);
    return { sentTo: form.email };
  },
});

export default function SignUp() {
  const answer = useActionData<typeof action>();
  return <SignUpPage problem={toFormProblem(answer)} sentTo={sentToIn(answer)} />;
}
