import { isHintTopic, maxAgeMs } from "#app/domain/live/schema.ts";
import { createEventStreamParser, type StreamEvent } from "./event-stream-parser.ts";
import { readLiveEvent } from "./read-live-event.ts";
import type { LiveHandle, LiveRequest, LiveState } from "./transport.ts";

export interface DirectTransportOptions {
  /** The web face's address. */
  url?: string;
  fetch?: typeof fetch;
  /** The first wait after a lost connection; it doubles up to `maxRetryMs`, with jitter. */
  minRetryMs?: number;
  maxRetryMs?: number;
  /** Silence after which the connection counts as lost; the server's heartbeat comes every 15 s. */
  silenceMs?: number;
}

const headers = { Accept: "text/event-stream" };

/**
 * One connection of its own, by `fetch` rather than EventSource: that one hides the status (a
 * signed-out page would retry for ever), cannot tell when it tries next, and does not notice a
 * connection that went silent.
 */
export function connectDirectly(request: LiveRequest, options: DirectTransportOptions = {}): LiveHandle {
  const { url = "/api/live", minRetryMs = 1_000, maxRetryMs = 30_000, silenceMs = 40_000 } = options;
  const fetchStream = options.fetch ?? fetch;
  let { cursor, asOfMs } = request;
  let failures = 0;
  let retryMs: number | null = null;
  let isClosed = false;
  let attempt: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function setState(state: LiveState): void {
    if (!isClosed) request.onState(state);
  }

  function connect(): void {
    clearTimeout(timer);
    timer = undefined;
    setState({ kind: "connecting" });
    const controller = new AbortController();
    attempt = controller;
    read(controller)
      .catch(() => undefined)
      .then(() => {
        if (attempt === controller) lose();
      });
  }

  /** The connection is gone and nobody asked for that: wait, and longer each time. */
  function lose(): void {
    attempt = undefined;
    if (isClosed) return;
    if (globalThis.navigator?.onLine === false) {
      setState({ kind: "offline" });
      return;
    }
    const ceilingMs = Math.min(maxRetryMs, minRetryMs * 2 ** failures);
    const waitMs = retryMs ?? ceilingMs * (0.5 + Math.random() / 2);
    failures += 1;
    retryMs = null;
    timer = setTimeout(connect, waitMs);
    setState({ kind: "reconnecting", retryAtMs: Date.now() + waitMs });
  }

  function finish(reason: "signed_out" | "not_found"): void {
    setState({ kind: "ended", reason });
    close();
  }

  async function read(controller: AbortController): Promise<void> {
    const query = new URLSearchParams({ topics: request.topics.join(",") });
    if (cursor !== "") query.set("cursor", cursor);
    if (request.topics.some(isHintTopic)) query.set("age", String(ageOf(asOfMs)));
    let silence = setTimeout(() => controller.abort(), silenceMs);
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => controller.abort(), silenceMs);
    };
    try {
      await readResponse(controller, query, heard);
    } finally {
      clearTimeout(silence);
    }
  }

  async function readResponse(
    controller: AbortController,
    query: URLSearchParams,
    heard: () => void,
  ): Promise<void> {
    const response = await fetchStream(`${url}?${query}`, {
      headers,
      signal: controller.signal,
      cache: "no-store",
      credentials: "same-origin",
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      if (response.status === 401) finish("signed_out");
      else if (response.status >= 400 && response.status < 429) finish("not_found");
      else retryMs = retryAfterMs(response);
      return;
    }
    const parse = createEventStreamParser((event) => {
      if (attempt === controller) take(event);
    });
    // What came before one piece has been told of by the time of the next.
    let heardAtMs = asOfMs;
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      heard();
      asOfMs = heardAtMs;
      heardAtMs = Date.now();
      parse(decoder.decode(piece.value, { stream: true }));
    }
  }

  function take(streamEvent: StreamEvent): void {
    const event = readLiveEvent(streamEvent);
    if (event === undefined) return;
    if (event.event === "ready") {
      failures = 0;
      setState({ kind: "live" });
    }
    if (event.event === "bye") retryMs = event.data.retryMs;
    if (streamEvent.id !== "") cursor = streamEvent.id;
    try {
      request.onEvent(event);
    } catch (error) {
      // A page that trips over one event still gets the next, and the browser's console the error.
      reportError(error);
    }
  }

  function retryNow(): void {
    if (!isClosed && attempt === undefined) connect();
  }

  function wentOffline(): void {
    clearTimeout(timer);
    const current = attempt;
    attempt = undefined;
    current?.abort();
    setState({ kind: "offline" });
  }

  function becameVisible(): void {
    if (globalThis.document?.visibilityState === "visible") retryNow();
  }

  function close(): void {
    isClosed = true;
    clearTimeout(timer);
    attempt?.abort();
    globalThis.removeEventListener?.("online", retryNow);
    globalThis.removeEventListener?.("offline", wentOffline);
    globalThis.document?.removeEventListener("visibilitychange", becameVisible);
  }

  globalThis.addEventListener?.("online", retryNow);
  globalThis.addEventListener?.("offline", wentOffline);
  globalThis.document?.addEventListener("visibilitychange", becameVisible);
  connect();
  return { retryNow, close };
}

/** How old what was read at `asOfMs` is, within what the server takes. */
const ageOf = (asOfMs: number): number => Math.min(maxAgeMs, Math.max(0, Math.ceil(Date.now() - asOfMs)));

/** What a refusal's `Retry-After` asks for, in milliseconds; null when it names no seconds. */
function retryAfterMs(response: Response): number | null {
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null;
}
