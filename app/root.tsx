import type { LinksFunction, LoaderFunctionArgs, MetaFunction } from "@remix-run/node";
import {
  Links,
  Meta,
  Outlet,
  Scripts,
  ScrollRestoration,
  type ShouldRevalidateFunction,
  useRouteError,
  useRouteLoaderData,
} from "@remix-run/react";
import { type ReactNode, useRef } from "react";
import { readThemeCookie } from "./http/theme-cookie.server.ts";
import stylesheet from "./tailwind.css?url";
import { useNonce } from "./ui/nonce.ts";
import { ClockProvider } from "./ui/primitives/relative-time.tsx";
import { ToastProvider } from "./ui/primitives/toast.tsx";
import { ErrorPage } from "./ui/shell/error-page.tsx";
import { NavigationProgress } from "./ui/shell/navigation-progress.tsx";
import { themeClass, toTheme } from "./ui/shell/theme.ts";
import { useTheme } from "./ui/shell/theme-switch.tsx";

export const links: LinksFunction = () => [
  { rel: "stylesheet", href: stylesheet },
  { rel: "icon", href: "/favicon.svg", type: "image/svg+xml" },
];

export const meta: MetaFunction = () => [
  { title: "Signalbox" },
  { name: "description", content: "The control room for fleets of AI agents." },
];

/** What every page is rendered with. Public, and it cannot fail: the error page needs it too. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  return { theme: toTheme(await readThemeCookie(request, context)), now: new Date().toISOString() };
}

/**
 * Only a choice of theme changes it. Asked for at every navigation, it would make a failure of the
 * network the whole document's: this way it is the page's, and the shell stays.
 */
export const shouldRevalidate: ShouldRevalidateFunction = ({ formAction }) =>
  formAction?.startsWith("/preferences/") ?? false;

export function Layout({ children }: { children: ReactNode }) {
  const nonce = useNonce();
  const theme = useTheme();
  const data = useRouteLoaderData<typeof loader>("root");
  // The clock begins at the first answer; later ones must not set it back.
  const serverNow = useRef(data?.now ?? new Date().toISOString());
  return (
    <html lang="en" className={themeClass(theme)}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <Meta />
        <Links />
      </head>
      <body>
        <NavigationProgress />
        <ClockProvider serverNow={serverNow.current}>
          <ToastProvider>{children}</ToastProvider>
        </ClockProvider>
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

export default function App() {
  return <Outlet />;
}

export function ErrorBoundary() {
  const error = useRouteError();
  return (
    <main className="grid min-h-dvh place-items-center">
      <ErrorPage error={error} homeTo="/" />
    </main>
  );
}
