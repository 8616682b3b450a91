import { isRouteErrorResponse, useRevalidator } from "@remix-run/react";
import { CircleSlash2, CloudOff, type LucideIcon, SearchX, ShieldX, WifiOff } from "lucide-react";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";

interface Shown {
  icon: LucideIcon;
  title: string;
  detail: string;
  requestId?: string | undefined;
  canRetry: boolean;
}

const textOf = (data: unknown, name: string): string | undefined => {
  if (typeof data !== "object" || data === null || !(name in data)) return undefined;
  const value: unknown = Reflect.get(data, name);
  return typeof value === "string" ? value : undefined;
};

/** What a person is told of an error that a page threw. Never a stack. */
function describe(error: unknown): Shown {
  // What a browser's fetch throws when no answer came.
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
    return {
      icon: WifiOff,
      title: "No connection",
      detail: "The server could not be reached. Check the network, then try again.",
      canRetry: true,
    };
  }
  if (!isRouteErrorResponse(error)) {
    return {
      icon: CircleSlash2,
      title: "This page failed",
      detail: "Something in the page broke. Trying again often helps; if it does not, reload it.",
      canRetry: true,
    };
  }
  const requestId = textOf(error.data, "requestId");
  const detail = textOf(error.data, "detail");
  if (error.status === 404)
    return {
      icon: SearchX,
      title: "Nothing here",
      detail: "It does not exist, or it is not yours to see.",
      requestId,
      canRetry: false,
    };
  if (error.status === 403)
    return {
      icon: ShieldX,
      title: "Not for your role",
      detail: detail ?? "Your role does not include this. An admin of your organisation can change that.",
      requestId,
      canRetry: false,
    };
  if (error.status === 503)
    return {
      icon: CloudOff,
      title: "Back in a moment",
      detail: detail ?? "The service is not ready to answer.",
      requestId,
      canRetry: true,
    };
  return {
    icon: CircleSlash2,
    title: textOf(error.data, "title") ?? "This did not work",
    detail: detail ?? "The server could not answer.",
    requestId,
    canRetry: error.status >= 500,
  };
}

/** The error state of a page. Inside the shell it leaves the navigation usable. */
export function ErrorPage({
  error,
  homeTo,
  className,
}: {
  error: unknown;
  homeTo: string;
  className?: string;
}) {
  const { icon: Icon, title, detail, requestId, canRetry } = describe(error);
  const { revalidate, state } = useRevalidator();
  return (
    <div className={cx("flex flex-col items-center justify-center px-6 py-24 text-center", className)}>
      <span className="mb-4 grid size-11 place-items-center rounded-lg border bg-surface text-ink-muted shadow-control">
        <Icon aria-hidden="true" className="size-5" strokeWidth={1.75} />
      </span>
      <h1 className="text-xl font-semibold">{title}</h1>
      <p className="mt-1.5 max-w-md text-base text-ink-muted">{detail}</p>
      <div className="mt-6 flex gap-2">
        {canRetry && (
          <Button variant="primary" busy={state !== "idle"} onClick={() => revalidate()}>
            Try again
          </Button>
        )}
        <ButtonLink to={homeTo} reloadDocument variant={canRetry ? "secondary" : "primary"}>
          Go to the start
        </ButtonLink>
      </div>
      {requestId && (
        <p className="mt-8 text-xs text-ink-faint">
          Request <code className="font-mono">{requestId}</code>
        </p>
      )}
    </div>
  );
}
