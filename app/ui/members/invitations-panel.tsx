import { useFetcher } from "@remix-run/react";
import { MailPlus } from "lucide-react";
import { useState } from "react";
import type { InvitationView } from "#app/domain/auth/invitation-schema.ts";
import { roleNames } from "#app/domain/auth/scopes.ts";
import { errorOf, generalErrorOf, toFormProblem } from "../form-failure.ts";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { SelectField, TextField } from "../primitives/field.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOnAnswer } from "../use-on-answer.ts";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { roleChoices } from "./role-words.ts";

interface InvitationsPanelProps {
  invitations: readonly InvitationView[];
  /** What came of a form that was posted without JavaScript. */
  answer: unknown;
}

/** Who is asked to join and has not answered, and the form that asks somebody. */
export function InvitationsPanel({ invitations, answer }: InvitationsPanelProps) {
  return (
    <Panel
      title="Invitations"
      description="Sent by e-mail and open for seven days. Whoever accepts becomes a member with the role given here."
      flush
      className="mt-6"
    >
      <InviteForm answer={answer} />
      {invitations.length === 0 ? (
        <EmptyState icon={MailPlus} title="No open invitations" className="border-t !py-8">
          Those that you send are listed here until they are accepted.
        </EmptyState>
      ) : (
        <ul aria-label="Invitations" className="divide-y border-t">
          {invitations.map((invitation) => (
            <Invitation key={invitation.id} invitation={invitation} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function InviteForm({ answer }: { answer: unknown }) {
  const fetcher = useFetcher();
  const outcome: unknown = fetcher.data ?? answer;
  const problem = toFormProblem(outcome);
  useOutcomeToast(problem === undefined ? fetcher.data : undefined);
  // Emptied once it was sent, for the next address.
  const [sent, setSent] = useState(0);
  useOnAnswer(fetcher.data, (data) => {
    if (toFormProblem(data) === undefined) setSent((before) => before + 1);
  });
  return (
    <fetcher.Form key={sent} method="post" noValidate className="px-4 py-4 sm:px-5">
      <input type="hidden" name="intent" value="invite" />
      <div className="flex flex-wrap items-start gap-3">
        <TextField
          label="E-mail address"
          name="email"
          type="email"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={254}
          placeholder="name@example.com"
          className="min-w-0 flex-1 basis-56"
          error={errorOf(problem, "email") ?? generalErrorOf(problem, ["email"])}
        />
        <SelectField label="Role" name="role" defaultValue="member" className="basis-36 max-sm:grow">
          {roleChoices.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <Button
          type="submit"
          variant="primary"
          busy={fetcher.state !== "idle"}
          // In line with the fields, below their labels.
          className="mt-[1.625rem] sm:!h-9"
        >
          Invite
        </Button>
      </div>
    </fetcher.Form>
  );
}

function Invitation({ invitation }: { invitation: InvitationView }) {
  const resend = useFetcher();
  const revoke = useFetcher();
  useOutcomeToast(resend.data);
  useOutcomeToast(revoke.data);
  const { id, email, role, invitedBy, sentAt, expiresAt, isExpired } = invitation;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm font-medium">
          <span className="[overflow-wrap:anywhere]">{email}</span>
          <Badge>{roleNames[role]}</Badge>
          {isExpired && <Badge tone="warn">Expired</Badge>}
        </p>
        <p className="mt-0.5 text-xs text-ink-muted [overflow-wrap:anywhere]">
          {invitedBy && `${invitedBy.name} · `}
          sent <RelativeTime at={sentAt} /> · {isExpired ? "expired " : "expires "}
          <RelativeTime at={expiresAt} />
        </p>
      </div>
      <div className="flex gap-2">
        <resend.Form method="post">
          <input type="hidden" name="intent" value="resend" />
          <input type="hidden" name="invitationId" value={id} />
          <Button
            type="submit"
            size="sm"
            busy={resend.state !== "idle"}
            aria-label={`Send again to ${email}`}
          >
            Send again
          </Button>
        </resend.Form>
        <ConfirmButton
          fetcher={revoke}
          values={{ intent: "revoke-invitation", invitationId: id }}
          size="sm"
          aria-label={`Revoke the invitation of ${email}`}
          title={`Revoke the invitation of ${email}?`}
          consequence="The link in the mail does not work any more."
          confirmLabel="Revoke invitation"
        >
          Revoke
        </ConfirmButton>
      </div>
    </li>
  );
}
