import { Form, useNavigation } from "@remix-run/react";
import { errorOf, type FormProblem, generalErrorOf } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { TextField } from "../primitives/field.tsx";
import { Mark } from "../primitives/mark.tsx";
import { Notice } from "../primitives/notice.tsx";
import { TrackDiagram } from "./track-diagram.tsx";

export function SignInPage({ problem }: { problem: FormProblem | undefined }) {
  const busy = useNavigation().formAction?.startsWith("/sign-in") ?? false;
  const general = generalErrorOf(problem, ["email", "password"]);
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(28rem,2fr)_3fr]">
      <main className="flex flex-col justify-center bg-surface px-6 py-12 sm:px-12">
        <div className="mx-auto w-full max-w-sm">
          <Mark className="mb-8 size-10" />
          <h1 className="text-2xl font-semibold">Sign in to Signalbox</h1>
          <p className="mt-2 text-base text-ink-muted">The control room for your fleet of agents.</p>
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
          <p className="mt-6 text-sm text-ink-muted">
            No account? An admin of your organisation can make one for you.
          </p>
        </div>
      </main>
      <div aria-hidden="true" className="relative hidden overflow-hidden border-l bg-canvas lg:block">
        <TrackDiagram />
      </div>
    </div>
  );
}
