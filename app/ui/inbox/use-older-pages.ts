import { useCallback, useEffect, useRef, useState } from "react";
import type { InboxPage } from "#app/domain/messaging/schema.ts";
import type { InboxFilters } from "./inbox-view.ts";
import { type MessageWindow, missingPages, pageSize, type Rows } from "./message-window.ts";

interface OlderPagesOptions {
  mailboxId: string;
  filters: InboxFilters;
  window: MessageWindow;
  onPage: (before: number, page: InboxPage) => void;
}

export interface OlderPages {
  lookAt: (rows: Rows) => void;
  hasFailed: boolean;
  retry: () => void;
}

/** Somebody who flings the list past these rows does not wait for them. */
const settleMs = 60;
/** What came without what was missed is not there; it is not asked for over and over. */
const askAgainMs = 5_000;
/** Rows fetched ahead of those that are looked at. */
const ahead = 30;

/** Fetches the messages that are looked at and not here yet; gives up those that were scrolled past. */
export function useOlderPages(options: OlderPagesOptions): OlderPages {
  const latest = useRef(options);
  latest.current = options;
  const rows = useRef<Rows>({ first: 0, last: -1 });
  const fetches = useRef(new Map<number, AbortController>());
  const askAgainAtMs = useRef(new Map<number, number>());
  const settle = useRef<ReturnType<typeof setTimeout>>();
  const [hasFailed, setHasFailed] = useState(false);
  const failed = useRef(false);

  const fetchMissing = useCallback(() => {
    const { window } = latest.current;
    const { first, last } = rows.current;
    const wanted = missingPages(window, first - ahead, last + ahead);
    for (const [before, controller] of fetches.current) {
      if (wanted.includes(before) || !window.isWhole) continue;
      controller.abort();
      fetches.current.delete(before);
    }
    if (failed.current) return;
    for (const before of wanted) {
      if (fetches.current.has(before) || performance.now() < (askAgainAtMs.current.get(before) ?? 0))
        continue;
      const controller = new AbortController();
      fetches.current.set(before, controller);
      fetchPage(latest.current, before, controller.signal)
        .then((page) => {
          askAgainAtMs.current.set(before, performance.now() + askAgainMs);
          latest.current.onPage(before, page);
        })
        .catch(() => {
          if (controller.signal.aborted) return;
          failed.current = true;
          setHasFailed(true);
        })
        .finally(() => {
          if (fetches.current.get(before) === controller) fetches.current.delete(before);
        });
    }
  }, []);

  const lookAt = useCallback(
    (next: Rows) => {
      rows.current = next;
      clearTimeout(settle.current);
      settle.current = setTimeout(fetchMissing, settleMs);
    },
    [fetchMissing],
  );

  const retry = useCallback(() => {
    failed.current = false;
    setHasFailed(false);
    askAgainAtMs.current.clear();
    fetchMissing();
  }, [fetchMissing]);

  // A page that came, or arrivals, may leave rows that are looked at without their message.
  const { window } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the window is looked at
  useEffect(() => {
    if (rows.current.last >= 0) fetchMissing();
  }, [window, fetchMissing]);

  useEffect(() => {
    const running = fetches.current;
    return () => {
      clearTimeout(settle.current);
      for (const controller of running.values()) controller.abort();
    };
  }, []);

  return { lookAt, hasFailed, retry };
}

async function fetchPage(
  { mailboxId, filters }: OlderPagesOptions,
  before: number,
  signal: AbortSignal,
): Promise<InboxPage> {
  const query = new URLSearchParams({ before: String(before), limit: String(pageSize) });
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value);
  const response = await fetch(`/api/messaging/inbox/${mailboxId}?${query}`, {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    signal,
  });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  // Our own server's answer: its shape is the contract of domain/messaging/schema.
  return (await response.json()) as InboxPage;
}
