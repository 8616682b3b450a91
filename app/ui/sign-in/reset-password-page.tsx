import { Form, useNavigation } from "@remix-run/react";
import { errorOf, type FormProblem, generalErrorOf } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { Notice } from "../primitives/notice.tsx";
import { DeadLink } from "./dead-link.tsx";
import { Entrance } from "./entrance.tsx";
import { NewPasswordField } from "./new-password-field.tsx";

interface ResetPasswordPageProps {
  /** What came with the link; undefined when it does not work. */
  token: string | undefined;
  problem: FormProblem | undefined;
}

export function ResetPasswordPage({ token, problem }: ResetPasswordPageProps) {
  const busy = useNavigation().formAction?.startsWith("/reset-password") ?? false;
  if (token === undefined || errorOf(problem, "token") !== undefined)
    return <DeadLink again={{ to: "/forgot-password", label: "Ask for a new link" }} />;
  const general = generalErrorOf(problem, ["password"]);
  return (
    <Entrance
      title="Choose a new password"
      lead="Wherever you are signed in with the old one, you are signed out."
    >
      <Form method="post" className="mt-8 space-y-5" noValidate>
        {general && <Notice tone="bad">{general}</Notice>}
        <NewPasswordField label="New password" name="password" error={errorOf(problem, "password")} />
        <Button type="submit" variant="primary" busy={busy} className="w-full sm:!h-9">
          {busy ? "Changing…" : "Change password"}
        </Button>
        <input type="hidden" name="token" value={token} />
      </Form>
    </Entrance>
  );
}
