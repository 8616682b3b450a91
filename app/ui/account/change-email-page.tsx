import { Form, useNavigation } from "@remix-run/react";
import { errorOf, type FormProblem, generalErrorOf } from "../form-failure.ts";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { TextField } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { accountPath, changeEmailPath } from "./account-paths.ts";

interface ChangeEmailPageProps {
  /** The one that they have. */
  email: string;
  problem: FormProblem | undefined;
}

/** Asks for another address. What becomes of it, the account's page says. */
export function ChangeEmailPage({ email, problem }: ChangeEmailPageProps) {
  const busy = useNavigation().formAction === changeEmailPath;
  const general = generalErrorOf(problem, ["email", "currentPassword"]);
  return (
    <div className="mx-auto max-w-3xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Change email address"
        description="We mail a link to the new address. It is what you sign in with once you have followed it; until then nothing changes. The address that you have now is told."
      />
      <Panel>
        <Form method="post" action={changeEmailPath} noValidate className="max-w-sm">
          {/* For password managers; without a name it is not sent. */}
          <input type="email" autoComplete="username" value={email} readOnly hidden />
          <div className="space-y-5">
            {general && <Notice tone="bad">{general}</Notice>}
            <TextField
              label="New email address"
              name="email"
              type="email"
              autoComplete="email"
              autoCapitalize="none"
              spellCheck={false}
              required
              error={errorOf(problem, "email")}
            />
            <TextField
              label="Current password"
              name="currentPassword"
              type="password"
              autoComplete="current-password"
              required
              error={errorOf(problem, "currentPassword")}
            />
            <div className="flex flex-wrap gap-2">
              <Button type="submit" variant="primary" busy={busy}>
                {busy ? "Sending…" : "Send the link"}
              </Button>
              <ButtonLink to={accountPath}>Cancel</ButtonLink>
            </div>
          </div>
        </Form>
      </Panel>
    </div>
  );
}
