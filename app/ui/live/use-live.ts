import { useCallback, useContext, useEffect, useRef, useState } from "react";
import {
  type DeliveryData,
  type HintTopic,
  type InboxTopic,
  isHintTopic,
  type LiveTopic,
  parseCursor,
} from "#app/domain/live/schema.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { CatchUp } from "./catch-up.ts";
import { LiveContext } from "./live-provider.tsx";
import type { LiveEvent, LiveHandle, LiveState, LiveTransport } from "./transport.ts";

export interface UseLiveOptions {
  /** What to watch; nothing while empty. */
  topics: readonly LiveTopic[];
  /** Where the loader's data of mailboxes ends (`formatCursor`); empty to begin with what happens next. */
  cursor?: string;
  /** A message arrived. In order, each once for as long as the topics stay the same. */
  onMessage?(message: MessageView, topic: InboxTopic): void;
  /** What became of a message changed. */
  onDelivery?(change: DeliveryData, topic: InboxTopic): void;
  /**
   * What a hint topic is about has changed since the page was loaded: look again. Also said when
   * that happened before the page was connected, or while it was not. `useRevalidateOnChange` is
   * for pages that load all of their data again.
   */
  onChanged?(topic: HintTopic): void;
  /** The page's data is no longer what lies before the stream: load it again. */
  onReset?(topic: InboxTopic): void;
  /** The connection was lost and is back; mailboxes are replayed, what else the page shows is to be loaded. */
  onBack?(): void;
  transport?: LiveTransport;
}

export interface Live {
  state: LiveState;
  /** Whole seconds until the next attempt, counting down; null unless reconnecting. */
  retryInSeconds: number | null;
  /** The connection was lost, and what came meanwhile is not all here yet. */
  isBehind: boolean;
  retryNow(): void;
}

/** A page that is on the screen was asked for no longer ago than this. */
const loadingMs = 15_000;

/**
 * Follows topics for as long as the component is mounted. A new loader cursor alone does not
 * reconnect: the connection is already past it, and resumes from its own.
 */
export function useLive(options: UseLiveOptions): Live {
  const [state, setState] = useState<LiveState>({ kind: "connecting" });
  const [isBehind, setIsBehind] = useState(false);
  const latest = useRef(options);
  latest.current = options;
  const handle = useRef<LiveHandle | null>(null);
  const shared = useContext(LiveContext);
  const transport = options.transport ?? shared;
  const watched = options.topics.join(",");

  useEffect(() => {
    if (watched === "") return;
    const { topics, cursor = "" } = latest.current;
    setState({ kind: "connecting" });
    const catchUp = catchUpFrom(topics, cursor);
    setIsBehind(false);
    const opened = transport({
      topics,
      cursor,
      asOfMs: Math.max(performance.timeOrigin, Date.now() - loadingMs),
      onEvent: (event) => {
        if (catchUp.take(event)) latest.current.onBack?.();
        setIsBehind(catchUp.isBehind);
        dispatch(event, latest.current);
      },
      onState: (next) => {
        catchUp.hear(next);
        setState(next);
        setIsBehind(catchUp.isBehind);
      },
    });
    handle.current = opened;
    return () => {
      handle.current = null;
      opened.close();
    };
  }, [watched, transport]);

  const retryNow = useCallback(() => handle.current?.retryNow(), []);
  return { state, retryInSeconds: useCountdown(state), isBehind, retryNow };
}

const catchUpFrom = (topics: readonly LiveTopic[], cursor: string): CatchUp =>
  new CatchUp(
    topics.filter((topic): topic is InboxTopic => !isHintTopic(topic)),
    parseCursor(cursor) ?? new Map(),
  );

function dispatch(event: LiveEvent, options: UseLiveOptions): void {
  if (event.event === "message") options.onMessage?.(event.data, event.topic);
  else if (event.event === "delivery") options.onDelivery?.(event.data, event.topic);
  else if (event.event === "changed") options.onChanged?.(event.topic);
  else if (event.event === "reset" || event.event === "gap") options.onReset?.(event.topic);
}

const secondsUntil = (atMs: number): number => Math.max(0, Math.ceil((atMs - Date.now()) / 1_000));

function useCountdown(state: LiveState): number | null {
  const retryAtMs = state.kind === "reconnecting" ? state.retryAtMs : null;
  const [seconds, setSeconds] = useState<number | null>(null);
  useEffect(() => {
    if (retryAtMs === null) return setSeconds(null);
    const count = (): void => setSeconds(secondsUntil(retryAtMs));
    count();
    const timer = setInterval(count, 1_000);
    return () => clearInterval(timer);
  }, [retryAtMs]);
  return seconds;
}
