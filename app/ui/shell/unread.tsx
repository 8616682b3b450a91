import { useLocation } from "@remix-run/react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import type { HintTopic } from "#app/domain/live/schema.ts";
import { useLive } from "../live/use-live.ts";
import { noCounts, type ShellCounts } from "./shell-counts.ts";

/** However much is sent, it is counted again at most this often. */
const countEveryMs = 4_000;

const UnreadContext = createContext<ShellCounts>(noCounts);
const RecountContext = createContext<() => void>(() => {});

/** What is new to the viewer, for the sidebar. */
export const useUnread = (): ShellCounts => useContext(UnreadContext);

/** To be called when the viewer has seen or done something: the sidebar counts again soon. */
export const useRecount = (): (() => void) => useContext(RecountContext);

interface UnreadProviderProps {
  loaded: ShellCounts;
  /** Where it is counted again. */
  path: string;
  /** What says that it may have changed. */
  topics: readonly HintTopic[];
  children: ReactNode;
}

/**
 * Counts what is new for as long as a page is open: again when one of the topics has changed, when the
 * viewer goes to another page, and when they come back to the tab. Nobody looking, it waits.
 * By a plain request and not a loader: its failure is no page's failure.
 */
export function UnreadProvider({ loaded, path, topics, children }: UnreadProviderProps) {
  const [unread, setUnread] = useState(loaded);
  const { key } = useLocation();
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const state = useRef({ countedAtMs: 0, isWanted: false });

  const recount = useCallback(() => {
    state.current.isWanted = true;
    if (timer.current !== undefined || document.visibilityState === "hidden") return;
    const waitMs = Math.max(0, state.current.countedAtMs + countEveryMs - performance.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      state.current = { countedAtMs: performance.now(), isWanted: false };
      // One that fails is made up for by the next.
      void requestCounts(path).then(setUnread, () => undefined);
    }, waitMs);
  }, [path]);

  useLive({ topics, onChanged: recount });
  useEffect(() => {
    const onVisible = (): void => {
      if (state.current.isWanted) recount();
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      document.removeEventListener("visibilitychange", onVisible);
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, [recount]);
  const counted = useRef(key);
  useEffect(() => {
    if (counted.current === key) return;
    counted.current = key;
    recount();
  }, [key, recount]);

  return (
    <RecountContext.Provider value={recount}>
      <UnreadContext.Provider value={unread}>{children}</UnreadContext.Provider>
    </RecountContext.Provider>
  );
}

async function requestCounts(path: string): Promise<ShellCounts> {
  const response = await fetch(path, { redirect: "error" });
  if (!response.ok) throw new Error(`The count answered ${response.status}`);
  return response.json();
}
