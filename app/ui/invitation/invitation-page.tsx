import { Form, useNavigation } from "@remix-run/react";
import type { ReactNode } from "react";
import type { InvitationState, ShownInvitation } from "#app/domain/auth/invitation-schema.ts";
import { roleNames } from "#app/domain/auth/scopes.ts";
import { errorOf, type FormProblem, generalErrorOf } from "../form-failure.ts";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { TextField } from "../primitives/field.tsx";
import { Mark } from "../primitives/mark.tsx";
import { Notice } from "../primitives/notice.tsx";

export interface Invited extends Pick<ShownInvitation, "state" | "tenantName" | "role" | "email"> {
  /**
   * Who looks at it: somebody without an account, somebody who has one and is not signed in, whoever was
   * invited, or somebody else.
   */
  who: "new" | "known" | "viewer" | "other";
}

interface InvitationPageProps {
  token: string;
  /** Undefined: there is no invitation with this link. */
  invited: Invited | undefined;
  /** Who is signed in, if anybody. */
  viewerName: string | undefined;
  problem: FormProblem | undefined;
}

/** Where an invitation's link leads: one thing to do, or why there is nothing. */
export function InvitationPage({ token, invited, viewerName, problem }: InvitationPageProps) {
  if (invited === undefined)
    return (
      <Card title="This link does not work">
        <Lead>
          It may have been cut off, or replaced by a later one. Open the latest mail, or ask for another
          invitation.
        </Lead>
        <Elsewhere isSignedIn={viewerName !== undefined} />
      </Card>
    );
  const { state, tenantName, role, email, who } = invited;
  if (state !== "open")
    return (
      <Card title={closed[state].title}>
        <Lead>{closed[state].detail(tenantName)}</Lead>
        <Elsewhere isSignedIn={viewerName !== undefined} />
      </Card>
    );
  const general = generalErrorOf(problem, ["name", "password"]);
  return (
    <Card title={`Join ${tenantName}`}>
      <Lead>
        <b className="font-medium text-ink [overflow-wrap:anywhere]">{email}</b> is invited with the role{" "}
        {roleNames[role]}.
      </Lead>
      {general && (
        <Notice tone="bad" className="mt-6">
          {general}
        </Notice>
      )}
      {who === "new" && <NewPerson token={token} email={email} problem={problem} />}
      {who === "known" && (
        <>
          <p className="mt-4 text-base text-ink-muted">You have an account already: sign in to accept.</p>
          <ButtonLink
            to={`/sign-in?redirectTo=${encodeURIComponent(`/invitation?token=${token}`)}`}
            variant="primary"
            className="mt-8 w-full sm:!h-9"
          >
            Sign in to accept
          </ButtonLink>
        </>
      )}
      {who === "viewer" && (
        <OneButton token={token} intent="join" label={`Join ${tenantName}`}>
          You are signed in as {viewerName}. Your other organisations stay as they are.
        </OneButton>
      )}
      {who === "other" && (
        <OneButton token={token} intent="sign-out" label="Sign out and go on">
          You are signed in as {viewerName}, whose address is another one.
        </OneButton>
      )}
    </Card>
  );
}

const closed: Record<
  Exclude<InvitationState, "open">,
  { title: string; detail: (tenantName: string) => string }
> = {
  accepted: {
    title: "Already accepted",
    detail: (name) => `This invitation to ${name} has been used. Sign in with your e-mail and password.`,
  },
  revoked: {
    title: "Taken back",
    detail: (name) => `This invitation to ${name} was taken back. Ask an admin there if that is a surprise.`,
  },
  expired: {
    title: "Expired",
    detail: (name) => `This invitation to ${name} has expired. An admin there can send it again.`,
  },
};

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas px-4 py-12 sm:px-6">
      <div className="w-full max-w-md rounded-lg border bg-surface px-6 py-8 sm:px-8">
        <Mark className="mb-6 size-9" />
        <h1 className="text-2xl font-semibold [overflow-wrap:anywhere]">{title}</h1>
        {children}
      </div>
    </main>
  );
}

const Lead = ({ children }: { children: ReactNode }) => (
  <p className="mt-2 text-base text-ink-muted">{children}</p>
);

const Elsewhere = ({ isSignedIn }: { isSignedIn: boolean }) => (
  <ButtonLink to={isSignedIn ? "/dashboard" : "/sign-in"} className="mt-8 w-full sm:!h-9">
    {isSignedIn ? "Go to the start" : "Sign in"}
  </ButtonLink>
);

const useIsSending = (): boolean => useNavigation().formAction?.startsWith("/invitation") ?? false;

function NewPerson({
  token,
  email,
  problem,
}: {
  token: string;
  email: string;
  problem: FormProblem | undefined;
}) {
  const busy = useIsSending();
  return (
    <Form method="post" className="mt-8 space-y-5" noValidate>
      {/* For password managers, which would otherwise keep the password without a name. */}
      <input type="email" value={email} autoComplete="username" readOnly hidden />
      <TextField
        label="Your name"
        name="name"
        autoComplete="name"
        required
        maxLength={100}
        autoFocus
        error={errorOf(problem, "name")}
      />
      <TextField
        label="Password"
        name="password"
        type="password"
        autoComplete="new-password"
        required
        hint="At least 12 characters; several words are good."
        error={errorOf(problem, "password")}
      />
      <Button type="submit" variant="primary" busy={busy} className="w-full sm:!h-9">
        {busy ? "Joining…" : "Create account and join"}
      </Button>
      <input type="hidden" name="intent" value="join-as-new" />
      <input type="hidden" name="token" value={token} />
    </Form>
  );
}

function OneButton({
  token,
  intent,
  label,
  children,
}: {
  token: string;
  intent: "join" | "sign-out";
  label: string;
  children: ReactNode;
}) {
  const busy = useIsSending();
  return (
    <Form method="post" className="mt-4">
      <input type="hidden" name="intent" value={intent} />
      <input type="hidden" name="token" value={token} />
      <p className="text-base text-ink-muted">{children}</p>
      <Button type="submit" variant="primary" busy={busy} className="mt-8 w-full sm:!h-9">
        {label}
      </Button>
    </Form>
  );
}
