import { Form, useNavigation } from "@remix-run/react";
import { errorOf, type FormProblem, generalErrorOf } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { TextField } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Entrance } from "./entrance.tsx";
import { EntranceLink } from "./entrance-link.tsx";

interface SignInPageProps {
  problem: FormProblem | undefined;
  /** Whether strangers may sign up. */
  registration: boolean;
  /** Coming from there, with a new password. */
  afterReset: boolean;
}

export function SignInPage({ problem, registration, afterReset }: SignInPageProps) {
  const busy = useNavigation().formAction?.startsWith("/sign-in") ?? false;
  const general = generalErrorOf(problem, ["email", "password"]);
  return (
    <Entrance
      title="Sign in to Signalbox"
      lead="The control room for your fleet of agents."
      footer={
        <>
          <p>
            <EntranceLink to="/forgot-password">Forgotten your password?</EntranceLink>
          </p>
          {registration ? (
            <p>
              New here? <EntranceLink to="/sign-up">Sign up your organisation</EntranceLink>
            </p>
          ) : (
            <p>No account? An admin of your organisation can invite you.</p>
          )}
        </>
      }
    >
      <Form method="post" className="mt-8 space-y-5" noValidate>
        {general && <Notice tone="bad">{general}</Notice>}
        {afterReset && !general && (
          <Notice tone="ok">Your password was changed. Sign in with the new one.</Notice>
        )}
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
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={errorOf(problem, "password")}
        />
        <Button type="submit" variant="primary" busy={busy} className="w-full sm:!h-9">
          {busy ? "Signing in…" : "Sign in"}
        </Button>
      </Form>
    </Entrance>
  );
}
