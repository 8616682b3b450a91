import { useRevalidator } from "@remix-run/react";
import { useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import { formatCursor, inboxTopic } from "#app/domain/live/schema.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import type { MailboxId } from "#db/ids.ts";
import { type Live, useLive } from "../live/use-live.ts";
import type { InboxData } from "./inbox-view.ts";
import {
  heldCount,
  type MessageWindow,
  openWindow,
  prune,
  type Rows,
  release,
  withArrivals,
  withDelivery,
  withPage,
  withReload,
} from "./message-window.ts";
import { useOlderPages } from "./use-older-pages.ts";

export interface LiveInbox {
  window: MessageWindow;
  /** Arrived, and held back so that what is being read does not move. */
  heldCount: number;
  release: () => void;
  /** Says which rows are looked at: what they lack is fetched. */
  show: (rows: Rows) => void;
  /** Whether fetching failed; `retry` tries again. */
  hasFailed: boolean;
  retry: () => void;
  /** Messages in the mailbox, whatever the filters. */
  mailboxTotal: number;
  /** Those that arrived since the server counted and fit the filters. */
  arrivedMatches: number;
  live: Live;
  find: (messageId: string) => MessageView | undefined;
}

type Change = (window: MessageWindow) => MessageWindow;

/** At 20 messages a second the list is drawn at most this often. */
const drawEveryMs = 120;

/**
 * A mailbox's list that follows what arrives and fetches what is scrolled to. While `holds` (the
 * list is being read, or does not start at the newest) arrivals are held back until asked for.
 */
export function useInbox({ mailbox, page, filters, startsBefore }: InboxData, holds: boolean): LiveInbox {
  const revalidator = useRevalidator();
  const [window, change] = useReducer(
    (current: MessageWindow, apply: Change) => apply(current),
    undefined,
    () => openWindow(page, filters, startsBefore, mailbox.total),
  );
  const looked = useRef<Rows>({ first: 0, last: 0 });
  const latest = useRef({ holds });
  latest.current.holds = holds;

  /** The mailbox is not what it was (retention, a restore): the next page begins the list anew. */
  const wasReset = useRef(false);

  const drawSoon = useDrawnTogether(change);
  const topic = inboxTopic(mailbox.id as MailboxId);
  const live = useLive({
    topics: [topic],
    cursor: formatCursor([[topic, page.cursor]]),
    onMessage: (message) =>
      drawSoon((current) =>
        prune(
          withArrivals(current, [message], latest.current.holds),
          looked.current.first,
          looked.current.last,
        ),
      ),
    onDelivery: (delivery) => drawSoon((current) => withDelivery(current, delivery)),
    onReset: () => {
      wasReset.current = true;
      revalidator.revalidate();
    },
  });

  const loaded = useRef(page);
  useEffect(() => {
    if (loaded.current === page) return;
    loaded.current = page;
    const opened = openWindow(page, filters, startsBefore, mailbox.total);
    const isOther = wasReset.current;
    wasReset.current = false;
    change((current) => (isOther ? opened : withReload(current, opened, latest.current.holds)));
  }, [page, filters, startsBefore, mailbox.total]);

  useEffect(() => {
    if (!holds) change(release);
  }, [holds]);

  const older = useOlderPages({
    mailboxId: mailbox.id,
    filters,
    window,
    onPage: (before, answer) => {
      const { first, last } = looked.current;
      change((current) => prune(withPage(current, before, answer), first, last));
    },
  });
  const { lookAt } = older;
  const show = useCallback(
    (rows: Rows) => {
      looked.current = rows;
      lookAt(rows);
    },
    [lookAt],
  );

  const find = useCallback(
    (messageId: string) => {
      for (const message of window.messages.values()) if (message.id === messageId) return message;
      return undefined;
    },
    [window.messages],
  );

  return useMemo(
    () => ({
      window,
      heldCount: heldCount(window),
      release: () => change(release),
      show,
      hasFailed: older.hasFailed,
      retry: older.retry,
      mailboxTotal: window.lastSequence - window.purgedThrough,
      arrivedMatches: window.matches.filter((sequence) => sequence > page.cursor).length,
      live,
      find,
    }),
    [window, show, older.hasFailed, older.retry, page.cursor, live, find],
  );
}

/** Applies changes together, at most every `drawEveryMs`; the first after a pause at once. */
function useDrawnTogether(change: (apply: Change) => void): (apply: Change) => void {
  const waiting = useRef<Change[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const drawnAtMs = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(
    (apply: Change) => {
      waiting.current.push(apply);
      if (waiting.current.length > 1) return;
      const draw = (): void => {
        const changes = waiting.current;
        waiting.current = [];
        drawnAtMs.current = performance.now();
        change((current) => changes.reduce((reached, next) => next(reached), current));
      };
      timer.current = setTimeout(draw, Math.max(0, drawEveryMs - (performance.now() - drawnAtMs.current)));
    },
    [change],
  );
}
