import { type HeadersFunction, type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { resetPasswordSchema } from "#app/domain/auth/account-schema.ts";
import { resetPassword } from "#app/domain/auth/reset-password.server.ts";
import { isLiveToken } from "#app/domain/auth/spend-one-time-token.server.ts";
import { linkTokenHeaders, linkTokenQuery } from "#app/http/link-token-query.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { dropSessionToken } from "#app/http/session-cookie.server.ts";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { ResetPasswordPage } from "#app/ui/sign-in/reset-password-page.tsx";

export const meta: MetaFunction = () => [{ title: "New password · Signalbox" }];

export const headers: HeadersFunction = () => linkTokenHeaders;

export const loader = pageLoader({
  scope: "public",
  query: linkTokenQuery,
  handler: async ({ db, query: { token } }) => ({
    token: (await isLiveToken(db, token, "reset_password")) ? token : undefined,
  }),
});

export const action = pageAction({
  scope: "public",
  form: resetPasswordSchema,
  handler: async ({ runtime, form, request, args }) => {
    await resetPassword(runtime, form, request);
    // Whoever was signed in here, it is the new password's turn.
    return redirect("/sign-in?after=reset", {
      headers: { "Set-Cookie": await dropSessionToken(args.context) },
    });
  },
});

export default function ResetPassword() {
  const { token } = useLoaderData<typeof loader>();
  return <ResetPasswordPage token={token} problem={toFormProblem(useActionData<typeof action>())} />;
}
