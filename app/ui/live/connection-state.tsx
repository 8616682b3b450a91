import { useLocation } from "@remix-run/react";
import { StatusDot } from "../primitives/badge.tsx";
import { Button, ButtonLink } from "../primitives/button.tsx";
import type { Live } from "./use-live.ts";

/** Says truthfully whether what is shown is what there is. */
export function ConnectionState({ live }: { live: Live }) {
  return (
    <div role="status" className="flex items-center gap-1">
      <Words live={live} />
    </div>
  );
}

function Words({ live }: { live: Live }) {
  const { state, retryInSeconds, retryNow } = live;
  const { pathname, search } = useLocation();
  switch (state.kind) {
    case "connecting":
      return (
        <StatusDot tone="neutral" pulse>
          Connecting
        </StatusDot>
      );
    case "live":
      return <StatusDot tone="ok">Live</StatusDot>;
    case "offline":
      return <StatusDot tone="bad">Offline</StatusDot>;
    case "ended":
      return state.reason === "signed_out" ? (
        <>
          <StatusDot tone="bad">Signed out</StatusDot>
          <ButtonLink to={pathname + search} reloadDocument variant="ghost" size="sm">
            Sign in
          </ButtonLink>
        </>
      ) : (
        <StatusDot tone="bad">Ended</StatusDot>
      );
    case "reconnecting":
      return (
        <>
          <StatusDot tone="warn" pulse>
            {/* The countdown is not announced each second. */}
            Reconnecting
            <span aria-hidden="true" className="tabular -ml-1">
              {retryInSeconds ? `in ${retryInSeconds} s` : "…"}
            </span>
          </StatusDot>
          <Button variant="ghost" size="sm" onClick={retryNow}>
            Now
          </Button>
        </>
      );
  }
}
