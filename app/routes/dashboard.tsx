import { Outlet, type ShouldRevalidateFunction, useRouteError, useRouteLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import { readTenant } from "#app/domain/auth/read-tenant.server.ts";
import { countUnread } from "#app/domain/messaging/count-unread.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { LiveProvider } from "#app/ui/live/live-provider.tsx";
import { AppShell } from "#app/ui/shell/app-shell.tsx";
import { ErrorPage } from "#app/ui/shell/error-page.tsx";
import { UnreadProvider } from "#app/ui/shell/unread.tsx";
import type { Viewer } from "#app/ui/shell/viewer.ts";

export const loader = pageLoader({
  scope: "authenticated",
  handler: async ({ db, actor }) => {
    const [tenant, unread] = await Promise.all([readTenant(db, actor), countUnread(db, actor)]);
    const viewer: Viewer = {
      name: actor.name,
      role: actor.role,
      tenantName: tenant.name,
      scopes: [...actor.scopes],
    };
    return { viewer, viewerId: actor.membershipId, unread };
  },
});

/** Who is signed in changes only with a sign-in, which loads a new document's worth of data anyway. */
export const shouldRevalidate: ShouldRevalidateFunction = ({ formAction, defaultShouldRevalidate }) =>
  formAction?.startsWith("/sign-") ? defaultShouldRevalidate : false;

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

function Shell({ children }: { children: ReactNode }) {
  const data = useRouteLoaderData<typeof loader>("routes/dashboard");
  // Null where a form that was posted without JavaScript has failed: then no loader has run.
  if (!data) return <main className="grid min-h-dvh place-items-center">{children}</main>;
  return (
    <LiveProvider viewerId={data.viewerId}>
      <UnreadProvider loaded={data.unread}>
        <AppShell viewer={data.viewer}>{children}</AppShell>
      </UnreadProvider>
    </LiveProvider>
  );
}
