import { Form, useNavigation } from "@remix-run/react";
import { errorOf, type FormProblem, generalErrorOf } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { TextField } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Entrance } from "./entrance.tsx";
import { EntranceLink } from "./entrance-link.tsx";
import { LookInYourInbox } from "./look-in-your-inbox.tsx";
import { NewPasswordField } from "./new-password-field.tsx";

interface SignUpPageProps {
  problem: FormProblem | undefined;
  /** The address that signed up. What the page says of it must not depend on whether it has an account. */
  sentTo: string | undefined;
}

export function SignUpPage({ problem, sentTo }: SignUpPageProps) {
  const busy = useNavigation().formAction?.startsWith("/sign-up") ?? false;
  if (sentTo !== undefined)
    return (
      <LookInYourInbox sentTo={sentTo}>
        <p>
          A mail to <b className="font-medium text-ink">{sentTo}</b> is on its way. Its link confirms your
          address. Then sign in with it and your new password.
        </p>
      </LookInYourInbox>
    );
  const general = generalErrorOf(problem, ["tenantName", "name", "email", "password"]);
  return (
    <Entrance
      title="Sign up your organisation"
      lead="You become its first admin and can invite the others."
      footer={
        <p>
          Have an account? <EntranceLink to="/sign-in">Sign in</EntranceLink>
        </p>
      }
    >
      <Form method="post" className="mt-8 space-y-5" noValidate>
        {general && <Notice tone="bad">{general}</Notice>}
        <TextField
          label="Organisation"
          name="tenantName"
          autoComplete="organization"
          required
          autoFocus
          error={errorOf(problem, "tenantName")}
        />
        <TextField
          label="Your name"
          name="name"
          autoComplete="name"
          required
          error={errorOf(problem, "name")}
        />
        <TextField
          label="Email"
          name="email"
          type="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          error={errorOf(problem, "email")}
        />
        <NewPasswordField label="Password" name="password" error={errorOf(problem, "password")} />
        <Button type="submit" variant="primary" busy={busy} className="w-full sm:!h-9">
          {busy ? "Signing up…" : "Sign up"}
        </Button>
      </Form>
    </Entrance>
  );
}
