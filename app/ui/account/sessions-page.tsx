import { useFetcher } from "@remix-run/react";
import type { SessionView } from "#app/domain/auth/session-schema.ts";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { SessionList } from "./session-list.tsx";

interface SessionsPageProps {
  sessions: SessionView[];
  /** What a form without JavaScript was answered. */
  answer: unknown;
}

/** Everywhere that the viewer is signed in. */
export function SessionsPage({ sessions, answer }: SessionsPageProps) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  useOutcomeToast(answer);
  const others = sessions.filter(({ isCurrent }) => !isCurrent);
  const isInSeveral = new Set(sessions.map(({ tenant }) => tenant.id)).size > 1;
  return (
    <div className="mx-auto max-w-3xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Sessions"
        description="Where you are signed in, in every organisation of yours. Revoke what you do not know, then change your password."
        actions={
          others.length > 0 && (
            <ConfirmButton
              fetcher={fetcher}
              values={{ intent: "revoke-others" }}
              title="Sign out everywhere else?"
              consequence="All sessions but this one are signed out at once, and what they have open ends."
              confirmLabel="Sign out everywhere else"
            >
              Sign out everywhere else
            </ConfirmButton>
          )
        }
      />
      <Panel flush>
        <SessionList sessions={sessions} showTenant={isInSeveral} />
      </Panel>
    </div>
  );
}
