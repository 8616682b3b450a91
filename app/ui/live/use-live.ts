import { useCallback, useEffect, useRef, useState } from "react";
import type { DeliveryData, LiveTopic } from "#app/domain/live/schema.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { connectDirectly } from "./direct-transport.ts";
import type { LiveEvent, LiveHandle, LiveState, LiveTransport } from "./transport.ts";

export interface UseLiveOptions {
  /** What to watch; nothing while empty. */
  topics: readonly LiveTopic[];
  /** Where the loader's data ends (`formatCursor`); empty to begin with what happens next. */
  cursor: string;
  /** A message arrived. In order, each once for as long as the topics stay the same. */
  onMessage?(message: MessageView, topic: LiveTopic): void;
  /** What became of a message changed. */
  onDelivery?(change: DeliveryData, topic: LiveTopic): void;
  /** The page's data is no longer what lies before the stream: load it again. */
  onReset?(topic: LiveTopic): void;
  transport?: LiveTransport;
}

export interface Live {
  state: LiveState;
  /** Whole seconds until the next attempt, counting down; null unless reconnecting. */
  retryInSeconds: number | null;
  retryNow(): void;
}

/**
 * Follows topics for as long as the component is mounted. A new loader cursor alone does not
 * reconnect: the connection is already past it, and resumes from its own.
 */
export function useLive(options: UseLiveOptions): Live {
  const [state, setState] = useState<LiveState>({ kind: "connecting" });
  const latest = useRef(options);
  latest.current = options;
  const handle = useRef<LiveHandle | null>(null);
  const watched = options.topics.join(",");

  useEffect(() => {
    if (watched === "") return;
    const { topics, cursor, transport = connectDirectly } = latest.current;
    setState({ kind: "connecting" });
    const opened = transport({
      topics,
      cursor,
      onEvent: (event) => dispatch(event, latest.current),
      onState: setState,
    });
    handle.current = opened;
    return () => {
      handle.current = null;
      opened.close();
    };
  }, [watched]);

  const retryNow = useCallback(() => handle.current?.retryNow(), []);
  return { state, retryInSeconds: useCountdown(state), retryNow };
}

function dispatch(event: LiveEvent, options: UseLiveOptions): void {
  if (event.event === "message") options.onMessage?.(event.data, event.topic);
  else if (event.event === "delivery") options.onDelivery?.(event.data, event.topic);
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
