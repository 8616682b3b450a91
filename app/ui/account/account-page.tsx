import { Form, useFetcher, useNavigation } from "@remix-run/react";
import type { AccountView } from "#app/domain/auth/account-schema.ts";
import { errorOf, type FormProblem, generalErrorOf } from "../form-failure.ts";
import { Badge } from "../primitives/badge.tsx";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { TextField } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { NewPasswordField } from "../sign-in/new-password-field.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { changeEmailPath, sessionsPath } from "./account-paths.ts";

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
      <ProfilePanel account={account} problem={problem} />
      <EmailPanel account={account} />
      <PasswordPanel account={account} problem={problem} />
    </div>
  );
}

function ProfilePanel({ account, problem }: Pick<AccountPageProps, "account" | "problem">) {
  const navigation = useNavigation();
  const busy = navigation.formData?.get("intent") === "change-name";
  return (
    <Panel title="Profile" description="How you are called wherever others see you.">
      {/* Shows what was stored, once it is. */}
      <Form method="post" noValidate key={account.name} className="max-w-sm space-y-5">
        <TextField
          label="Name"
          name="name"
          autoComplete="name"
          defaultValue={account.name}
          required
          error={errorOf(problem, "name")}
        />
        <Button type="submit" busy={busy}>
          {busy ? "Saving…" : "Save name"}
        </Button>
        {/* Last, since what is not shown would push down what follows it. */}
        <input type="hidden" name="intent" value="change-name" />
      </Form>
    </Panel>
  );
}

function EmailPanel({ account: { email, emailVerified, pendingEmail } }: Pick<AccountPageProps, "account">) {
  const resend = useFetcher();
  const cancel = useFetcher();
  useOutcomeToast(resend.data);
  useOutcomeToast(cancel.data);
  return (
    <Panel
      title="Email address"
      description="What you sign in with, and where our mails go."
      actions={<ButtonLink to={changeEmailPath}>Change address</ButtonLink>}
    >
      <p className="flex flex-wrap items-center gap-x-3 gap-y-2 text-sm">
        <span className="min-w-0 font-medium [overflow-wrap:anywhere]">{email}</span>
        <Badge tone={emailVerified ? "ok" : "warn"}>{emailVerified ? "Confirmed" : "Not confirmed"}</Badge>
      </p>
      {!emailVerified && (
        <resend.Form method="post" className="mt-4 flex flex-wrap items-center justify-between gap-3">
          <p className="max-w-prose text-sm text-ink-muted">
            We have mailed you a link that confirms the address. It works for a day.
          </p>
          <Button type="submit" name="intent" value="resend-verification" busy={resend.state !== "idle"}>
            Send it again
          </Button>
        </resend.Form>
      )}
      {pendingEmail !== null && (
        <cancel.Form
          method="post"
          className="mt-4 flex flex-wrap items-center justify-between gap-3 border-t pt-4"
        >
          <p role="status" className="max-w-prose text-sm text-ink-muted">
            A mail to <span className="font-medium text-ink [overflow-wrap:anywhere]">{pendingEmail}</span> is
            on its way. That address is yours once you have followed its link, within a day.
          </p>
          <Button type="submit" name="intent" value="cancel-email-change" busy={cancel.state !== "idle"}>
            Keep the present one
          </Button>
        </cancel.Form>
      )}
    </Panel>
  );
}

function PasswordPanel({ account, problem }: Pick<AccountPageProps, "account" | "problem">) {
  const navigation = useNavigation();
  const busy = navigation.formData?.get("intent") === "change-password";
  const general = generalErrorOf(problem, ["currentPassword", "newPassword", "name"]);
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
      <Form method="post" className="max-w-sm" noValidate key={account.passwordChangedAt}>
        <input type="hidden" name="intent" value="change-password" />
        {/* For password managers; without a name it is not sent. */}
        <input type="email" autoComplete="username" value={account.email} readOnly hidden />
        <div className="space-y-5">
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
        </div>
      </Form>
    </Panel>
  );
}
