import { useCallback, useRef, useState } from "react";
import type { Bell } from "#app/domain/alerts/alert-schema.ts";
import { alertsTopic } from "#app/domain/live/schema.ts";
import { useLoadOnChange } from "../../live/use-load-on-change.ts";
import { requestBell, requestMarkRead, requestUnread } from "./request-bell.ts";

export type BellAlert = Bell["alerts"][number];

export interface BellState {
  unread: number;
  /** Undefined until it is loaded for the first time. */
  alerts: BellAlert[] | undefined;
  hasFailed: boolean;
  /** What is said aloud: the critical alerts that have just come. */
  news: string;
  onOpen(): void;
  onClose(): void;
  /** All of them where none is named. */
  markRead(alertId?: string): void;
}

const topics = [alertsTopic];
/** However much happens, it is counted again at most this often. */
const countEveryMs = 1_500;

/** The viewer's bell: its number for as long as a page is open, its list when that is wanted. */
export function useBell(): BellState {
  const [unread, setUnread] = useState(0);
  const [alerts, setAlerts] = useState<BellAlert[]>();
  const [hasFailed, setFailed] = useState(false);
  const [news, setNews] = useState("");
  const isOpen = useRef(false);
  const counted = useRef<number>();

  const know = useCallback((count: number): void => {
    counted.current = count;
    setUnread(count);
  }, []);

  const loadList = useCallback(async (): Promise<BellAlert[]> => {
    try {
      const bell = await requestBell();
      know(bell.unread);
      setAlerts(bell.alerts);
      setFailed(false);
      return bell.alerts;
    } catch (error) {
      setFailed(true);
      throw error;
    }
  }, [know]);

  const load = useCallback(async (): Promise<void> => {
    const before = counted.current;
    const now = isOpen.current ? undefined : await requestUnread();
    if (now !== undefined) know(now);
    // Nobody is told of what was there when the page came.
    const mayHaveNews = before !== undefined && (now === undefined || now > before);
    if (!isOpen.current && !mayHaveNews) return;
    const listed = await loadList();
    if (before !== undefined) setNews((said) => newsOf(listed, (counted.current ?? 0) - before) ?? said);
  }, [know, loadList]);

  const wantLoad = useLoadOnChange({ topics, load, minIntervalMs: countEveryMs });
  const onOpen = useCallback((): void => {
    isOpen.current = true;
    void loadList().catch(() => undefined);
  }, [loadList]);
  const onClose = useCallback((): void => {
    isOpen.current = false;
  }, []);

  const markRead = useCallback(
    (alertId?: string): void => {
      const isMarked = (one: BellAlert) => alertId === undefined || one.id === alertId;
      setAlerts((shown) => shown?.map((one) => (isMarked(one) ? { ...one, isUnread: false } : one)));
      requestMarkRead(alertId).then(know, wantLoad);
    },
    [know, wantLoad],
  );
  return { unread, alerts, hasFailed, news, onOpen, onClose, markRead };
}

/** The newest come first: so many of them are new. */
function newsOf(alerts: readonly BellAlert[], grown: number): string | undefined {
  const critical = alerts
    .filter(({ isUnread }) => isUnread)
    .slice(0, Math.max(0, grown))
    .filter(({ severity }) => severity === "critical");
  if (critical.length === 0) return undefined;
  return `New critical ${critical.length === 1 ? "alert" : "alerts"}: ${critical.map(({ title }) => title).join("; ")}`;
}
