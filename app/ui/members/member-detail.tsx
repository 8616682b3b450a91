import { useFetcher } from "@remix-run/react";
import { UserMinus } from "lucide-react";
import { useEffect, useRef } from "react";
import type { MemberView } from "#app/domain/auth/member-schema.ts";
import type { SessionView } from "#app/domain/auth/session-schema.ts";
import { SessionList } from "../account/session-list.tsx";
import { toFormProblem } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { CodeId } from "../primitives/code-id.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { ChoiceField } from "../primitives/field.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { roleChoices } from "./role-words.ts";

interface MemberDetailProps {
  member: MemberView;
  sessions: SessionView[];
  isYou: boolean;
  /** They are no member any more. */
  onRemoved?: () => void;
}

/** What an admin sees of a member, and can do about them. */
export function MemberDetail({ member, sessions, isYou, onRemoved }: MemberDetailProps) {
  return (
    <div className="space-y-6">
      <Facts>
        <Fact name="E-mail">{member.email}</Fact>
        <Fact name="Joined">
          <RelativeTime at={member.joinedAt} />
        </Fact>
        <Fact name="Last active">
          {member.lastActiveAt === null ? "Not lately" : <RelativeTime at={member.lastActiveAt} />}
        </Fact>
        <Fact name="Mailbox">
          <CodeId id={member.id} label="Copy mailbox id" />
        </Fact>
      </Facts>
      <RoleForm key={member.role} member={member} isYou={isYou} />
      <Panel
        title="Sessions"
        description={sessions.length === 0 ? "Signed in nowhere." : "Where they are signed in here."}
        flush
      >
        {sessions.length > 0 && <SessionList sessions={sessions} />}
      </Panel>
      <RemoveMember member={member} isYou={isYou} onRemoved={onRemoved} />
    </div>
  );
}

function RoleForm({ member, isYou }: { member: MemberView; isYou: boolean }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <fetcher.Form method="post" className="space-y-3">
      <ChoiceField
        label="Role"
        name="role"
        defaultValue={member.role}
        columns="grid-cols-1"
        choices={roleChoices}
      />
      <div className="flex items-center justify-between gap-4">
        <p className="text-xs text-ink-muted">
          {isYou ? "If you step down, only another admin can bring you back." : "It holds from now on."}
        </p>
        <Button type="submit" variant="primary" busy={fetcher.state !== "idle"}>
          Save role
        </Button>
      </div>
      <input type="hidden" name="intent" value="role" />
      <input type="hidden" name="memberId" value={member.id} />
    </fetcher.Form>
  );
}

function RemoveMember({ member, isYou, onRemoved }: Omit<MemberDetailProps, "sessions">) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const isRemoved = fetcher.data !== undefined && toFormProblem(fetcher.data) === undefined;
  const latestOnRemoved = useRef(onRemoved);
  latestOnRemoved.current = onRemoved;
  useEffect(() => {
    if (isRemoved) latestOnRemoved.current?.();
  }, [isRemoved]);
  const { id, name } = member;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t pt-5">
      <p className="min-w-0 flex-1 basis-56 text-sm text-ink-muted">
        Ends their membership and their sessions here. What they wrote stays, and so do the API keys that they
        have made: revoke those that they may know.
      </p>
      <ConfirmButton
        fetcher={fetcher}
        values={{ intent: "remove", memberId: id }}
        icon={<UserMinus className="size-4" />}
        title={isYou ? "Leave this organisation?" : `Remove ${name}?`}
        consequence={
          isYou
            ? "You are signed out here at once, and come back only by an invitation."
            : `${name} is signed out at once and comes back only by an invitation. Escalations that they hold are anybody’s again.`
        }
        confirmLabel={isYou ? "Leave" : "Remove member"}
      >
        {isYou ? "Leave…" : "Remove…"}
      </ConfirmButton>
    </div>
  );
}
