import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { changeNameSchema, changePasswordSchema } from "#app/domain/auth/account-schema.ts";
import { cancelEmailChange } from "#app/domain/auth/cancel-email-change.server.ts";
import { changeOwnName } from "#app/domain/auth/change-own-name.server.ts";
import { changePassword } from "#app/domain/auth/change-password.server.ts";
import { readAccount } from "#app/domain/auth/read-account.server.ts";
import { resendVerification } from "#app/domain/auth/send-verification.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { readPlace } from "#app/http/sign-in-place.server.ts";
import { AccountPage } from "#app/ui/account/account-page.tsx";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Your account · Signalbox" }];

export const handle = placeOf({ here: () => "Your account" });

export const loader = pageLoader({
  scope: "authenticated",
  handler: async ({ db, actor }) => ({ account: await readAccount(db, actor) }),
});

export const action = pageAction({
  scope: "authenticated",
  form: z.discriminatedUnion("intent", [
    z.strictObject({ intent: z.literal("change-password"), ...changePasswordSchema.shape }),
    z.strictObject({ intent: z.literal("change-name"), ...changeNameSchema.shape }),
    z.strictObject({ intent: z.literal("resend-verification") }),
    z.strictObject({ intent: z.literal("cancel-email-change") }),
  ]),
  handler: async ({ runtime, db, actor, form, request, headers, args }) => {
    if (form.intent === "change-name") {
      await changeOwnName(db, actor, { name: form.name }, request);
      return { done: "Name changed" };
    }
    if (form.intent === "cancel-email-change") {
      await cancelEmailChange(db, actor, request);
      return { done: "Your address stays as it is" };
    }
    if (form.intent === "resend-verification") {
      const { email } = await resendVerification(db, runtime.mail.linkTokens, actor, request);
      return { done: `A mail to ${email} is on its way` };
    }
    const { currentPassword, newPassword } = form;
    const place = await readPlace(runtime, { headers, clientAddress: args.context.clientAddress });
    await changePassword(runtime, actor, { currentPassword, newPassword, place, request });
    return { done: "Password changed. Wherever else you were signed in, you are signed out." };
  },
});

export default function Account() {
  const answer = useActionData<typeof action>();
  const done = answer !== undefined && "done" in answer ? answer.done : undefined;
  return <AccountPage {...useLoaderData<typeof loader>()} problem={toFormProblem(answer)} done={done} />;
}
