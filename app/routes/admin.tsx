import { Outlet, type ShouldRevalidateFunction, useRouteError, useRouteLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import { readViewer } from "#app/domain/auth/read-viewer.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { AppShell } from "#app/ui/shell/app-shell.tsx";
import { ErrorPage } from "#app/ui/shell/error-page.tsx";
import { useOneViewer } from "#app/ui/shell/use-one-viewer.ts";

/** For everybody who is signed in: who may not see the pages is told so inside their own shell. */
export const loader = pageLoader({
  scope: "authenticated",
  handler: async ({ db, actor }) => ({
    viewer: await readViewer(db, actor),
    viewerId: actor.membershipId,
  }),
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

function Shell({ children }: { children: ReactNode }) {
  const data = useRouteLoaderData<typeof loader>("routes/admin");
  useOneViewer(data?.viewerId);
  // Null where a form that was posted without JavaScript has failed: then no loader has run.
  if (!data) return <main className="grid min-h-dvh place-items-center">{children}</main>;
  return <AppShell viewer={data.viewer}>{children}</AppShell>;
}
