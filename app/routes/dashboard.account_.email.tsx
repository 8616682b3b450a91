import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { changeEmailSchema } from "#app/domain/auth/account-schema.ts";
import { readAccount } from "#app/domain/auth/read-account.server.ts";
import { requestEmailChange } from "#app/domain/auth/request-email-change.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { readPlace } from "#app/http/sign-in-place.server.ts";
import { accountPath } from "#app/ui/account/account-paths.ts";
import { ChangeEmailPage } from "#app/ui/account/change-email-page.tsx";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Change email address · Signalbox" }];

export const handle = placeOf({
  above: () => [{ label: "Your account", to: accountPath }],
  here: () => "Change email address",
});

export const loader = pageLoader({
  scope: "authenticated",
  handler: async ({ db, actor }) => ({ email: (await readAccount(db, actor)).email }),
});

/** The account's page says that a mail is on its way. */
export const action = pageAction({
  scope: "authenticated",
  form: changeEmailSchema,
  handler: async ({ runtime, actor, form, request, headers, args }) => {
    const place = await readPlace(runtime, { headers, clientAddress: args.context.clientAddress });
    await requestEmailChange(runtime, actor, { ...form, place, request });
    return redirect(accountPath);
  },
});

export default function ChangeEmail() {
  const problem = toFormProblem(useActionData<typeof action>());
  return <ChangeEmailPage {...useLoaderData<typeof loader>()} problem={problem} />;
}
