import type { MetaFunction } from "@remix-run/node";
import { useActionData } from "@remix-run/react";
import { forgotPasswordSchema } from "#app/domain/auth/account-schema.ts";
import { requestPasswordReset } from "#app/domain/auth/request-password-reset.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { ForgotPasswordPage } from "#app/ui/sign-in/forgot-password-page.tsx";
import { sentToIn } from "#app/ui/sign-in/sent-to.ts";

export const meta: MetaFunction = () => [{ title: "Forgotten password · Signalbox" }];

export const loader = pageLoader({ scope: "public", handler: () => null });

export const action = pageAction({
  scope: "public",
  form: forgotPasswordSchema,
  handler: async ({ db, form, request }) => {
    await requestPasswordReset(db, { ...form, request });
    return { sentTo: form.email };
  },
});

export default function ForgotPassword() {
  const answer = useActionData<typeof action>();
  return <ForgotPasswordPage problem={toFormProblem(answer)} sentTo={sentToIn(answer)} />;
}
