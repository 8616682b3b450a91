import { useFetcher } from "@remix-run/react";
import { CirclePause, KeyRound, LogOut, type LucideIcon, Unlink } from "lucide-react";
import type { AlertAction, OfferedAction } from "#app/domain/alerts/alert-schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { TextField } from "../primitives/field.tsx";
import { Panel } from "../primitives/panel.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

interface ActionWords {
  icon: LucideIcon;
  label: string;
  /** Beside the name of what it is done to, once it is done. */
  done: string;
  title: (name: string, other: string) => string;
  consequence: (name: string, other: string) => string;
  /** Whether it can be taken back by one press elsewhere. */
  isMild: boolean;
}

const actionWords: Record<AlertAction, ActionWords> = {
  pause_agent: {
    icon: CirclePause,
    label: "Pause agent",
    done: "Paused",
    title: (name) => `Pause ${name}?`,
    consequence: () => "Everything it sends is blocked until someone resumes it. It still receives.",
    isMild: true,
  },
  revoke_edge: {
    icon: Unlink,
    label: "Remove edge",
    done: "Removed",
    title: (name, other) => `Stop ${name} from sending to ${other}?`,
    consequence: (_, other) =>
      `Its next message to ${other} is blocked, until someone puts the edge back on its allowlist.`,
    isMild: false,
  },
  revoke_key: {
    icon: KeyRound,
    label: "Revoke key",
    done: "Revoked",
    title: (name) => `Revoke ${name}?`,
    consequence: () => "What uses it is refused from now on, and its streams end. This cannot be undone.",
    isMild: false,
  },
  sign_out_user: {
    icon: LogOut,
    label: "Sign out",
    done: "Signed out",
    title: (name) => `Sign ${name} out everywhere?`,
    consequence: () =>
      "All of their sessions end at once, and what they have open with them. Signing in again takes the password.",
    isMild: false,
  },
};

/** What can be done about an alert, from the alert. */
export function AlertActions({ actions, mayAnswer }: { actions: OfferedAction[]; mayAnswer: boolean }) {
  if (actions.length === 0) return null;
  return (
    <Panel title="What you can do" flush>
      <ul className="divide-y">
        {actions.map((action) => (
          <Action
            key={`${action.action} ${action.targetId} ${action.recipientId}`}
            offered={action}
            mayAnswer={mayAnswer}
          />
        ))}
      </ul>
    </Panel>
  );
}

function Action({ offered, mayAnswer }: { offered: OfferedAction; mayAnswer: boolean }) {
  const { action, targetId, recipientId, state } = offered;
  const { icon: Icon, label, done, title, consequence, isMild } = actionWords[action];
  const name = offered.targetName ?? (action === "revoke_key" ? "this key" : targetId);
  const other = offered.recipientName ?? recipientId ?? "the other agent";
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-3 gap-y-2 px-4 py-3 sm:px-5">
      <p className="min-w-0 flex-1 text-sm [overflow-wrap:anywhere]">
        {action === "revoke_edge" ? (
          <>
            {name} <span aria-hidden="true">→</span>
            <span className="sr-only">to</span> {other}
          </>
        ) : (
          name
        )}
      </p>
      {state === "done" ? (
        <Badge icon={<Icon aria-hidden="true" />}>{done}</Badge>
      ) : state === "forbidden" || !mayAnswer ? (
        <span className="text-xs text-ink-muted">{label}: for admins</span>
      ) : (
        <ConfirmButton
          fetcher={fetcher}
          values={{
            ...{ intent: "action", action, targetId },
            ...(recipientId === undefined ? {} : { recipientId }),
          }}
          size="sm"
          icon={<Icon className="size-3.5" />}
          title={title(name, other)}
          consequence={`${consequence(name, other)} The alert stays, and says that you did it.`}
          confirmLabel={label}
          danger={!isMild}
          fields={
            action === "pause_agent" && (
              <TextField label="Reason" name="reason" maxLength={500} placeholder="Why, for the others" />
            )
          }
        >
          {label}
        </ConfirmButton>
      )}
    </li>
  );
}
