import type { HeadersFunction, MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { verifyEmailSchema } from "#app/domain/auth/account-schema.ts";
import { verifyEmail } from "#app/domain/auth/verify-email.server.ts";
import { linkTokenHeaders, linkTokenQuery } from "#app/http/link-token-query.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { VerifyEmailPage } from "#app/ui/sign-in/verify-email-page.tsx";

export const meta: MetaFunction = () => [{ title: "Confirm your address · Signalbox" }];

export const headers: HeadersFunction = () => linkTokenHeaders;

export const loader = pageLoader({ scope: "public", query: linkTokenQuery, handler: ({ query }) => query });

export const action = pageAction({
  scope: "public",
  form: verifyEmailSchema,
  handler: async ({ runtime: { db, mail }, form, request }) => {
    await verifyEmail({ db, linkTokens: mail.linkTokens }, form.token, request);
    return { confirmed: true };
  },
});

export default function VerifyEmail() {
  const { token } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const confirmed = answer !== undefined && "confirmed" in answer;
  return <VerifyEmailPage token={token} problem={toFormProblem(answer)} confirmed={confirmed} />;
}
