import { useFetcher } from "@remix-run/react";
import { Laptop, Smartphone, SquareTerminal } from "lucide-react";
import type { SessionView } from "#app/domain/auth/session-schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

interface SessionListProps {
  sessions: readonly SessionView[];
  /** Whether they are in several organisations, so that each says which. */
  showTenant?: boolean;
  /** Fields that a revocation needs beside the session's id. */
  values?: Record<string, string>;
}

/** Where somebody is signed in, each to be ended on its own. */
export function SessionList({ sessions, showTenant = false, values = {} }: SessionListProps) {
  return (
    <ul aria-label="Sessions" className="divide-y">
      {sessions.map((session) => (
        <SessionItem key={session.id} session={session} showTenant={showTenant} values={values} />
      ))}
    </ul>
  );
}

function SessionItem({
  session,
  showTenant,
  values,
}: {
  session: SessionView;
  showTenant: boolean;
  values: Record<string, string>;
}) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const { id, device, kind, isPhone, isCurrent, isThisNetwork, tenant, lastUsedAt, startedAt } = session;
  const Icon = kind === "api" ? SquareTerminal : isPhone ? Smartphone : Laptop;
  return (
    <li className="flex items-center gap-3 px-4 py-3 sm:px-5">
      <span className="grid size-8 shrink-0 place-items-center rounded border bg-sunken text-ink-muted">
        <Icon aria-hidden="true" className="size-4" strokeWidth={1.85} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm font-medium">
          <span className="[overflow-wrap:anywhere]">{device}</span>
          {isCurrent && <Badge tone="ok">This session</Badge>}
          {kind === "api" && <Badge>API</Badge>}
        </p>
        <p className="mt-0.5 text-xs text-ink-muted [overflow-wrap:anywhere]">
          {showTenant && `${tenant.name} · `}
          used <RelativeTime at={lastUsedAt} /> · since <RelativeTime at={startedAt} />
          {isThisNetwork !== null && !isCurrent && (isThisNetwork ? " · this network" : " · another network")}
        </p>
      </div>
      {!isCurrent && (
        <ConfirmButton
          fetcher={fetcher}
          values={{ ...values, intent: "revoke-session", sessionId: id }}
          size="sm"
          aria-label={`Revoke ${device}`}
          title={`Revoke the session of ${device}?`}
          consequence="It is signed out at once, and what it has open ends. Signing in again takes the password."
          confirmLabel="Revoke session"
        >
          Revoke
        </ConfirmButton>
      )}
    </li>
  );
}
