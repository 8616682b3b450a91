import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { conversationTopic } from "#app/domain/live/schema.ts";
import type { ConversationPage, Thread } from "#app/domain/messaging/schema.ts";
import { type Live, useLive } from "../live/use-live.ts";
import { newsAfter, openThread, pageSize, type ThreadPart, withEarlier, withLater } from "./thread-state.ts";

export interface LiveThread {
  part: ThreadPart;
  live: Live;
  /** Which end is being read on. */
  loading: "earlier" | "later" | undefined;
  /** Which end could not be read on. */
  failed: "earlier" | "later" | undefined;
  readEarlier: () => void;
  readLater: () => void;
}

type Change = (part: ThreadPart) => ThreadPart;

/** Between two looks for news, however often the conversation changes. */
const lookEveryMs = 400;

/** A part of a conversation that can be read on at both ends, and follows what is said. */
export function useThread(correlationId: string, thread: Thread): LiveThread {
  const [part, change] = useReducer(
    (current: ThreadPart, apply: Change) => apply(current),
    thread,
    openThread,
  );
  const [loading, setLoading] = useState<LiveThread["loading"]>();
  const [failed, setFailed] = useState<LiveThread["failed"]>();
  const latest = useRef(part);
  latest.current = part;

  // Another part was asked for, by a link to a message.
  const opened = useRef(thread);
  useEffect(() => {
    if (opened.current === thread) return;
    opened.current = thread;
    change(() => openThread(thread));
  }, [thread]);

  const readOn = useCallback(
    async (end: "earlier" | "later") => {
      const { messages } = latest.current;
      const edge = end === "earlier" ? messages[0] : messages.at(-1);
      if (edge === undefined) return;
      setLoading(end);
      setFailed(undefined);
      try {
        const query = { limit: String(pageSize), [end === "earlier" ? "before" : "after"]: edge.id };
        const page = await fetchPage(correlationId, query);
        change((current) =>
          end === "earlier" ? withEarlier(current, page) : withLater(current, page, false),
        );
      } catch {
        setFailed(end);
      } finally {
        setLoading(undefined);
      }
    },
    [correlationId],
  );

  // After a lost connection the page is behind until a look that began since is done.
  const [isBehind, setIsBehind] = useState(false);
  const owesLook = useRef(false);
  const lookForNews = useNews(
    useCallback(async () => {
      owesLook.current = false;
      // The end is not on the page, so that news belongs after what is still to be read.
      if (!latest.current.hasLater) {
        const after = newsAfter(latest.current);
        const page = await fetchPage(correlationId, { limit: "200", ...(after !== undefined && { after }) });
        change((current) => withLater(current, page, true));
      }
      if (!owesLook.current) setIsBehind(false);
    }, [correlationId]),
  );
  const live = useLive({
    topics: [conversationTopic(correlationId)],
    onChanged: lookForNews,
    onBack: () => {
      owesLook.current = true;
      setIsBehind(true);
      lookForNews();
    },
  });

  return {
    part,
    live: { ...live, isBehind: live.isBehind || isBehind },
    loading,
    failed,
    readEarlier: useCallback(() => void readOn("earlier"), [readOn]),
    readLater: useCallback(() => void readOn("later"), [readOn]),
  };
}

/** Looks one at a time and not too often; asked meanwhile, it looks once more. */
function useNews(look: () => Promise<void>): () => void {
  const state = useRef({ isLooking: false, isWanted: false, isGone: false, lookedAtMs: 0 });
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => {
    state.current.isGone = false;
    return () => {
      state.current.isGone = true;
      clearTimeout(timer.current);
    };
  }, []);

  return useCallback(() => {
    const now = state.current;
    now.isWanted = true;
    if (now.isLooking) return;
    now.isLooking = true;
    const turn = async (): Promise<void> => {
      now.isWanted = false;
      now.lookedAtMs = performance.now();
      // A look that fails is made up for by the next: the connection tells when it is back.
      await look().catch(() => undefined);
      if (now.isWanted && !now.isGone) schedule();
      else now.isLooking = false;
    };
    const schedule = (): void => {
      const waitMs = Math.max(0, now.lookedAtMs + lookEveryMs - performance.now());
      timer.current = setTimeout(() => void turn(), waitMs);
    };
    schedule();
  }, [look]);
}

async function fetchPage(correlationId: string, query: Record<string, string>): Promise<ConversationPage> {
  const path = `/api/messaging/conversation/${encodeURIComponent(correlationId)}`;
  const response = await fetch(`${path}?${new URLSearchParams(query)}`, {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
  });
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  // Our own server's answer: its shape is the contract of domain/messaging/schema.
  return (await response.json()) as ConversationPage;
}
