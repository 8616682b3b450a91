import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { IncomingMessage, Intent } from "./fleet-members.ts";

/** What became of one attempt to send. */
export type SendOutcome =
  | { kind: "accepted"; messageId: string; correlationId: string }
  /** The service understood and said no; trying again would not help. */
  | { kind: "blocked"; code: string }
  | { kind: "refused"; status: number; detail: string }
  /** The key is no longer good. */
  | { kind: "unauthorized" }
  /** Busy, away or broken: the same send may be tried again later. */
  | { kind: "later"; reason: string; retryAfterMs: number };

const accepted = z.object({ messageId: z.string(), correlationId: z.string() });
const problem = z.object({ code: z.string().optional(), detail: z.string().optional() });
export const incoming = z.object({
  id: z.string(),
  senderId: z.string(),
  type: z.string(),
  payload: z.record(z.string(), z.unknown()),
  correlationId: z.string(),
  replyTo: z.string().nullish(),
});

/** Also the longest that a stop waits: a send is never cut off, since it might be committed all the same. */
const SEND_TIMEOUT_MS = 5_000;

/** Sends one message as the key's agent. `idempotencyKey` makes a second try safe. */
export async function sendMessage(
  origin: string,
  key: string,
  intent: Intent,
  idempotencyKey: string,
): Promise<SendOutcome> {
  const { to, type, payload, correlationId, replyTo, priority, ttlSeconds } = intent;
  let response: Response;
  try {
    response = await fetch(new URL("/api/messaging/send", origin), {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "idempotency-key": idempotencyKey,
      },
      body: JSON.stringify({ recipientId: to, type, payload, correlationId, replyTo, priority, ttlSeconds }),
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    const body: unknown = await response.json();
    if (response.ok) return { kind: "accepted", ...accepted.parse(body) };
    return refusal(response, problem.catch({}).parse(body));
  } catch (error) {
    return { kind: "later", reason: error instanceof Error ? error.message : String(error), retryAfterMs: 0 };
  }
}

function refusal(response: Response, { code = "", detail = "" }: z.infer<typeof problem>): SendOutcome {
  const { status } = response;
  if (status === 401) return { kind: "unauthorized" };
  if (status === 403) return { kind: "blocked", code };
  if (status === 429 || status >= 500)
    return { kind: "later", reason: `${status} ${detail}`, retryAfterMs: retryAfterMsOf(response) };
  return { kind: "refused", status, detail };
}

function retryAfterMsOf(response: Response): number {
  const seconds = Number(response.headers.get("retry-after") ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 300) * 1_000 : 0;
}

export interface FollowOptions {
  origin: string;
  key: string;
  mailboxId: string;
  signal: AbortSignal;
  onMessage(message: IncomingMessage): void;
  onTrouble(reason: string): void;
}

const RECONNECT_MIN_MS = 1_000;
const RECONNECT_MAX_MS = 30_000;

/**
 * Follows an inbox until `signal` aborts, resuming after every cut where it left off. Returns
 * early when the service says that this reader is not wanted (401, 403, 404).
 */
export async function followInbox(options: FollowOptions): Promise<void> {
  const { signal } = options;
  let cursor: string | undefined;
  let waitMs = RECONNECT_MIN_MS;
  while (!signal.aborted) {
    try {
      const url = new URL(`/api/messaging/inbox/${options.mailboxId}/stream`, options.origin);
      const response = await fetch(url, {
        headers: {
          authorization: `Bearer ${options.key}`,
          accept: "text/event-stream",
          ...(cursor !== undefined && { "last-event-id": cursor }),
        },
        signal,
      });
      if ([401, 403, 404].includes(response.status))
        return options.onTrouble(`The inbox stream answered ${response.status}.`);
      if (!response.ok || response.body === null)
        throw new Error(`The inbox stream answered ${response.status}.`);
      for await (const event of readEvents(response.body)) {
        waitMs = RECONNECT_MIN_MS;
        if (event.id !== undefined) cursor = event.id;
        if (event.name === "message") options.onMessage(incoming.parse(JSON.parse(event.data)));
      }
    } catch (error) {
      if (signal.aborted) return;
      options.onTrouble(error instanceof Error ? error.message : String(error));
    }
    // Half of the wait is chance, so that a fleet does not come back in step.
    await pause(waitMs / 2 + Math.random() * (waitMs / 2), signal);
    waitMs = Math.min(waitMs * 2, RECONNECT_MAX_MS);
  }
}

/** Waits, or returns at once when `signal` aborts. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });

interface ServerEvent {
  name: string;
  id: string | undefined;
  data: string;
}

/** Events of a `text/event-stream` (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let rest = "";
  let name = "message";
  let id: string | undefined;
  let data: string[] = [];
  const decoder = new TextDecoder();
  for await (const chunk of chunksOf(body)) {
    // A CR at a chunk's end may be half of a CRLF, so it waits for what follows.
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield { name, id, data: data.join("\n") };
        name = "message";
        id = undefined;
        data = [];
        continue;
      }
      const [, field, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === "event") name = value ?? "";
      if (field === "id") id = value ?? "";
      if (field === "data") data.push(value ?? "");
    }
  }
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
