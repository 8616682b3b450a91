import { Form, useFetcher, useNavigation } from "@remix-run/react";
import type { AccountView } from "#app/domain/auth/account-schema.ts";
import { errorOf, type FormProblem, generalErrorOf } from "../form-failure.ts";
import { Badge } from "../primitives/badge.tsx";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { TextField } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { NewPasswordField } from "../sign-in/new-password-field.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { sessionsPath } from "./account-paths.ts";

interface AccountPageProps {
  account: AccountView;
  problem: FormProblem | undefined;
  /** What was just done. */
  done: string | undefined;
}

/** What Signalbox knows of the viewer, in whichever organisation, and their password. */
export function AccountPage({ account, problem, done }: AccountPageProps) {
  return (
    <div className="mx-auto max-w-3xl space-y-6 px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Your account"
        description="Yours in every organisation that you belong to."
        actions={<ButtonLink to={sessionsPath}>Your sessions</ButtonLink>}
      />
      {done && (
        <div role="status">
          <Notice tone="ok">{done}</Notice>
        </div>
      )}
      <ProfilePanel account={account} />
      <PasswordPanel account={account} problem={problem} />
    </div>
  );
}

function ProfilePanel({ account: { name, email, emailVerified } }: { account: AccountView }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <Panel title="Profile">
      <Facts>
        <Fact name="Name">{name}</Fact>
        <Fact name="Email">
          <span className="flex flex-wrap items-center gap-x-3 gap-y-2">
            {email}
            <Badge tone={emailVerified ? "ok" : "warn"}>
              {emailVerified ? "Confirmed" : "Not confirmed"}
            </Badge>
          </span>
        </Fact>
      </Facts>
      {!emailVerified && (
        <fetcher.Form method="post" className="mt-4 flex flex-wrap items-center justify-between gap-3">
          <p className="max-w-prose text-sm text-ink-muted">
            We have mailed you a link that confirms the address. It works for a day.
          </p>
          <Button type="submit" name="intent" value="resend-verification" busy={fetcher.state !== "idle"}>
            Send it again
          </Button>
        </fetcher.Form>
      )}
    </Panel>
  );
}

function PasswordPanel({ account, problem }: Pick<AccountPageProps, "account" | "problem">) {
  const navigation = useNavigation();
  const busy = navigation.formData?.get("intent") === "change-password";
  const general = generalErrorOf(problem, ["currentPassword", "newPassword"]);
  return (
    <Panel
      title="Password"
      description={
        account.passwordChangedAt === null ? (
          "A new one signs you out everywhere but here."
        ) : (
          <>
            Changed <RelativeTime at={account.passwordChangedAt} />. A new one signs you out everywhere but
            here.
          </>
        )
      }
    >
      {/* Emptied once it has changed. */}
      <Form method="post" className="max-w-sm space-y-5" noValidate key={account.passwordChangedAt}>
        <input type="hidden" name="intent" value="change-password" />
        {/* For password managers; without a name it is not sent. */}
        <input type="email" autoComplete="username" value={account.email} readOnly hidden />
        {general && <Notice tone="bad">{general}</Notice>}
        <TextField
          label="Current password"
          name="currentPassword"
          type="password"
          autoComplete="current-password"
          required
          error={errorOf(problem, "currentPassword")}
        />
        <NewPasswordField label="New password" name="newPassword" error={errorOf(problem, "newPassword")} />
        <Button type="submit" variant="primary" busy={busy}>
          {busy ? "Changing…" : "Change password"}
        </Button>
      </Form>
    </Panel>
  );
}
