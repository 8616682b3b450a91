import { useFetcher } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { trafficTopic } from "#app/domain/live/schema.ts";
import { useLive } from "../live/use-live.ts";
import type { MailboxView } from "./inbox-view.ts";

const countEveryMs = 4_000;

/** The mailboxes with what they hold by now: counted again when something was sent, not too often. */
export function useMailboxCounts(loaded: MailboxView[]): MailboxView[] {
  const { load, data } = useFetcher<{ mailboxes: MailboxView[] }>();
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const countedAtMs = useRef(0);

  const countSoon = (): void => {
    if (timer.current !== undefined || document.visibilityState !== "visible") return;
    const waitMs = Math.max(0, countedAtMs.current + countEveryMs - performance.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      countedAtMs.current = performance.now();
      load("/dashboard/inbox/mailboxes");
    }, waitMs);
  };
  useLive({ topics: [trafficTopic], onChanged: countSoon });
  useEffect(() => {
    countedAtMs.current = performance.now();
    return () => clearTimeout(timer.current);
  }, []);

  // Whichever is the later answer.
  const latest = useRef({ loaded, data, shown: loaded });
  if (latest.current.loaded !== loaded) latest.current = { loaded, data, shown: loaded };
  else if (data !== undefined && latest.current.data !== data)
    latest.current = { loaded, data, shown: data.mailboxes };
  return latest.current.shown;
}
