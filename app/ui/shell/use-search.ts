import { useEffect, useRef, useState } from "react";
import type { AgentStatus } from "#app/domain/messaging/agent-schema.ts";
import type { SearchAnswer } from "./search-answer.ts";

export interface Search {
  answer: SearchAnswer;
  state: "current" | "loading" | "failed";
}

const nothing: SearchAnswer = { agents: [], conversations: [] };

/** Long enough to leave out the letters of a fast typist, short enough not to be noticed. */
const pauseMs = 90;

/** What was asked, and what came of it; `answer` is undefined when none came. */
interface Settled {
  asked: string;
  answer: SearchAnswer | undefined;
}

/**
 * Agents and conversations for what is typed. While an answer is on its way the last one stands, so
 * that the list does not flicker. A plain request and not a loader: its failure is no page's failure.
 */
export function useSearch(query: string, status: AgentStatus | undefined, enabled: boolean): Search {
  const asked = `/dashboard/search?${new URLSearchParams({ q: query, ...(status && { status }) })}`;
  const [settled, setSettled] = useState<Settled>();
  const lastAnswer = useRef(nothing);

  useEffect(() => {
    if (!enabled) return;
    const controller = new AbortController();
    const settle = (answer: SearchAnswer | undefined) => {
      if (controller.signal.aborted) return;
      lastAnswer.current = answer ?? lastAnswer.current;
      setSettled({ asked, answer });
    };
    const timer = setTimeout(() => {
      requestAnswer(asked, controller.signal).then(settle, () => settle(undefined));
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [asked, enabled]);

  // Told by what was asked and not by a flag: an Enter may come before any effect has run.
  if (settled?.asked !== asked) return { answer: lastAnswer.current, state: "loading" };
  if (settled.answer === undefined) return { answer: lastAnswer.current, state: "failed" };
  return { answer: settled.answer, state: "current" };
}

async function requestAnswer(path: string, signal: AbortSignal): Promise<SearchAnswer> {
  const response = await fetch(path, { signal, redirect: "error" });
  if (!response.ok) throw new Error(`The search answered ${response.status}`);
  return response.json();
}
