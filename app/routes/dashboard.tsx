import { Outlet, type ShouldRevalidateFunction, useRouteError, useRouteLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import { readAccount } from "#app/domain/auth/read-account.server.ts";
import { readViewer } from "#app/domain/auth/read-viewer.server.ts";
import type { Scope } from "#app/domain/auth/scopes.ts";
import { alertsTopic, type HintTopic, trafficTopic } from "#app/domain/live/schema.ts";
import { hasDismissed } from "#app/http/notice-cookie.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { readShellCounts } from "#app/http/shell-counts.server.ts";
import { LiveProvider } from "#app/ui/live/live-provider.tsx";
import { membersPath } from "#app/ui/members/members-path.ts";
import { AppShell } from "#app/ui/shell/app-shell.tsx";
import { confirmEmailNotice } from "#app/ui/shell/confirm-email-notice.tsx";
import { ErrorPage } from "#app/ui/shell/error-page.tsx";
import { UnreadProvider } from "#app/ui/shell/unread.tsx";
import { useOneViewer } from "#app/ui/shell/use-one-viewer.ts";

export const loader = pageLoader({
  scope: "authenticated",
  handler: async ({ db, actor, args }) => {
    const [viewer, unread, account, dismissed] = await Promise.all([
      readViewer(db, actor),
      readShellCounts(db, actor),
      readAccount(db, actor),
      hasDismissed(args.request, args.context, confirmEmailNotice),
    ]);
    const emailToConfirm = account.emailVerified || dismissed ? undefined : account.email;
    return { viewer: { ...viewer, emailToConfirm }, viewerId: actor.membershipId, unread };
  },
});

/** Who is signed in changes with a sign-in, and what they may do where they manage members, themselves among them. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ formAction, defaultShouldRevalidate }) =>
  formAction?.startsWith("/sign-") || formAction?.startsWith(membersPath) ? defaultShouldRevalidate : false;

export default function Dashboard() {
  return (
    <Shell>
      <Outlet />
    </Shell>
  );
}

/** What failed is one page: the navigation stays. */
export function ErrorBoundary() {
  return (
    <Shell>
      <ErrorPage error={useRouteError()} homeTo="/dashboard" />
    </Shell>
  );
}

const traffic: HintTopic[] = [trafficTopic];
const trafficAndAlerts: HintTopic[] = [trafficTopic, alertsTopic];
const topicsOf = (scopes: readonly Scope[]): HintTopic[] =>
  scopes.includes("alerts:read") ? trafficAndAlerts : traffic;

function Shell({ children }: { children: ReactNode }) {
  const data = useRouteLoaderData<typeof loader>("routes/dashboard");
  useOneViewer(data?.viewerId);
  // Null where a form that was posted without JavaScript has failed: then no loader has run.
  if (!data) return <main className="grid min-h-dvh place-items-center">{children}</main>;
  return (
    <LiveProvider viewerId={data.viewerId}>
      <UnreadProvider loaded={data.unread} path="/dashboard/unread" topics={topicsOf(data.viewer.scopes)}>
        <AppShell viewer={data.viewer}>{children}</AppShell>
      </UnreadProvider>
    </LiveProvider>
  );
}
