import { Outlet, type ShouldRevalidateFunction, useRouteError, useRouteLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import { readViewer } from "#app/domain/auth/read-viewer.server.ts";
import { alertsTopic } from "#app/domain/live/schema.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { readPlatformCounts } from "#app/http/shell-counts.server.ts";
import { LiveProvider } from "#app/ui/live/live-provider.tsx";
import { AppShell } from "#app/ui/shell/app-shell.tsx";
import { ErrorPage } from "#app/ui/shell/error-page.tsx";
import { mayAdminister } from "#app/ui/shell/sections.ts";
import { UnreadProvider } from "#app/ui/shell/unread.tsx";
import { useOneViewer } from "#app/ui/shell/use-one-viewer.ts";

/** For everybody who is signed in: who may not see the pages is told so inside their own shell. */
export const loader = pageLoader({
  scope: "authenticated",
  handler: async ({ db, actor }) => {
    const [viewer, counts] = await Promise.all([readViewer(db, actor), readPlatformCounts(db, actor)]);
    return { viewer, viewerId: actor.membershipId, counts };
  },
});

/** Who is signed in changes only with a sign-in. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ formAction, defaultShouldRevalidate }) =>
  formAction?.startsWith("/sign-") ? defaultShouldRevalidate : false;

export default function Platform() {
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

const topics = [alertsTopic];

function Shell({ children }: { children: ReactNode }) {
  const data = useRouteLoaderData<typeof loader>("routes/admin");
  useOneViewer(data?.viewerId);
  // Null where a form that was posted without JavaScript has failed: then no loader has run.
  if (!data) return <main className="grid min-h-dvh place-items-center">{children}</main>;
  return (
    <LiveProvider viewerId={data.viewerId}>
      <UnreadProvider
        loaded={data.counts}
        path="/admin/alerts/count"
        topics={mayAdminister(data.viewer.scopes) ? topics : []}
      >
        <AppShell viewer={data.viewer}>{children}</AppShell>
      </UnreadProvider>
    </LiveProvider>
  );
}
