import { Form, useNavigation } from "@remix-run/react";
import { errorOf, type FormProblem } from "../form-failure.ts";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { Notice } from "../primitives/notice.tsx";
import { DeadLink } from "./dead-link.tsx";
import { Entrance } from "./entrance.tsx";

interface VerifyEmailPageProps {
  /** What came with the link. */
  token: string;
  problem: FormProblem | undefined;
  confirmed: boolean;
}

/** Following the link does nothing: programs that look through mails follow links too. Its button does. */
export function VerifyEmailPage({ token, problem, confirmed }: VerifyEmailPageProps) {
  const busy = useNavigation().formAction?.startsWith("/verify-email") ?? false;
  if (confirmed)
    return (
      <Entrance title="Your address is confirmed" lead="There is nothing more to do.">
        <div role="status" className="mt-8">
          <ButtonLink to="/dashboard" variant="primary" className="w-full sm:!h-9">
            Go to Signalbox
          </ButtonLink>
        </div>
      </Entrance>
    );
  if (token === "" || errorOf(problem, "token") !== undefined)
    return <DeadLink again={{ to: "/dashboard/account", label: "Sign in and ask for a new link" }} />;
  return (
    <Entrance title="Confirm your email address" lead="One press, and we know that your mail reaches you.">
      <Form method="post" className="mt-8 space-y-5">
        {problem && <Notice tone="bad">{problem.message}</Notice>}
        <Button type="submit" variant="primary" busy={busy} className="w-full sm:!h-9">
          {busy ? "Confirming…" : "Confirm address"}
        </Button>
        <input type="hidden" name="token" value={token} />
      </Form>
    </Entrance>
  );
}
