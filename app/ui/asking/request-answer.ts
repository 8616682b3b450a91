import type { AskEvent, AskInput } from "#app/domain/asking/ask-schema.ts";
import { createEventStreamParser } from "../live/event-stream-parser.ts";

/** The service said no; `retryAfterMs` where it said when to try again. */
export class AskRefusal extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

export interface RequestAnswerOptions {
  agentId: string;
  ask: AskInput;
  key: string;
  signal: AbortSignal;
  onEvent: (event: AskEvent) => void;
}

const maxReconnects = 5;

const lost = "The connection was lost. An answer that comes is in the conversation.";

/**
 * Asks an agent and hands on what the stream says, until its last event. Where a server stops it asks on
 * at the next one, with the same key: that is the same question.
 */
export async function requestAnswer(options: RequestAnswerOptions): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const last = await readOnce(options);
    if (last === undefined || (last.event === "bye" && tries >= maxReconnects)) throw new AskRefusal(lost);
    if (last.event !== "bye") return;
    const { retryMs } = last.data;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

/** One connection; gives its last event. */
async function readOnce({ agentId, ask, key, signal, onEvent }: RequestAnswerOptions) {
  const response = await fetch(`/api/agents/${agentId}/query`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "text/event-stream",
      "Idempotency-Key": key,
    },
    body: JSON.stringify(ask),
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new AskRefusal("The question could not be sent. Check the connection and ask again.");
  });
  if (!response.ok) throw await refusalOf(response);
  let last: AskEvent | undefined;
  const parse = createEventStreamParser(({ event, data }) => {
    // The stream is our own server's, whose events these are.
    const told = { event, data: JSON.parse(data) } as AskEvent;
    if (told.event !== "question" && told.event !== "partial") last = told;
    onEvent(told);
  });
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  try {
    for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read())
      parse(decoder.decode(piece.value, { stream: true }));
  } catch (error) {
    if (signal.aborted) throw error;
  }
  return last;
}

async function refusalOf(response: Response): Promise<AskRefusal> {
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  const problem: unknown = await response.json().catch(() => undefined);
  const detail =
    typeof problem === "object" && problem !== null && "detail" in problem ? String(problem.detail) : "";
  return new AskRefusal(
    detail === "" ? `The question was answered with ${response.status}.` : detail,
    Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  );
}

/** Ends the wait; the agent is told. That it had ended already is no failure. */
export async function requestCancel(agentId: string, messageId: string): Promise<void> {
  const response = await fetch(`/api/agents/${agentId}/query/${messageId}/cancel`, { method: "POST" });
  if (!response.ok && response.status !== 409) throw await refusalOf(response);
}
