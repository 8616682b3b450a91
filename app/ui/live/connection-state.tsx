import { useLocation } from "@remix-run/react";
import { useEffect, useState } from "react";
import { StatusDot } from "../primitives/badge.tsx";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { type Phase, phaseAfter } from "./catch-up.ts";
import type { Live } from "./use-live.ts";

/** For how long a page says that it has caught up before it is simply live. */
const caughtUpMs = 4_000;

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
  const phase = usePhase(live);
  switch (state.kind) {
    case "connecting":
      return (
        <StatusDot tone="neutral" pulse>
          Connecting
        </StatusDot>
      );
    case "live":
      return phase === "away" ? (
        <StatusDot tone="warn" pulse>
          Catching up
        </StatusDot>
      ) : (
        <StatusDot tone="ok">{phase === "caught-up" ? "Caught up" : "Live"}</StatusDot>
      );
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

/** Whether the page was away, and has just caught up. */
function usePhase(live: Live): Phase {
  const [phase, setPhase] = useState<Phase>("steady");
  const next = phaseAfter(phase, live);
  if (next !== phase) setPhase(next);
  useEffect(() => {
    if (phase !== "caught-up") return;
    const timer = setTimeout(() => setPhase("steady"), caughtUpMs);
    return () => clearTimeout(timer);
  }, [phase]);
  return next;
}
