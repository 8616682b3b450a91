import { Form, useNavigation } from "@remix-run/react";
import { errorOf, type FormProblem, generalErrorOf } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { TextField } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Entrance } from "./entrance.tsx";
import { EntranceLink } from "./entrance-link.tsx";
import { LookInYourInbox } from "./look-in-your-inbox.tsx";

interface ForgotPasswordPageProps {
  problem: FormProblem | undefined;
  /** The address that was asked for. What the page says of it must not depend on whether it has an account. */
  sentTo: string | undefined;
}

export function ForgotPasswordPage({ problem, sentTo }: ForgotPasswordPageProps) {
  const busy = useNavigation().formAction?.startsWith("/forgot-password") ?? false;
  if (sentTo !== undefined)
    return (
      <LookInYourInbox sentTo={sentTo}>
        <p>
          If there is an account with <b className="font-medium text-ink">{sentTo}</b>, a mail with a link to
          a new password is on its way. The link works for an hour.
        </p>
      </LookInYourInbox>
    );
  const general = generalErrorOf(problem, ["email"]);
  return (
    <Entrance
      title="Forgotten your password?"
      lead="Say who you are, and a link to a new one comes by mail."
      footer={
        <p>
          It came back to you? <EntranceLink to="/sign-in">Sign in</EntranceLink>
        </p>
      }
    >
      <Form method="post" className="mt-8 space-y-5" noValidate>
        {general && <Notice tone="bad">{general}</Notice>}
        <TextField
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          autoFocus
          error={errorOf(problem, "email")}
        />
        <Button type="submit" variant="primary" busy={busy} className="w-full sm:!h-9">
          {busy ? "Asking…" : "Send the link"}
        </Button>
      </Form>
    </Entrance>
  );
}
