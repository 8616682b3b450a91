import { createEventStreamParser, type StreamEvent } from "#app/ui/live/event-stream-parser.ts";

export interface OpenStream {
  status: number;
  headers: Headers;
  events: StreamEvent[];
  hasEnded: boolean;
  close(): void;
}

/** An event stream over a real connection. */
export async function openEventStream(url: URL, headers: Record<string, string>): Promise<OpenStream> {
  const controller = new AbortController();
  const response = await fetch(url, { headers, signal: controller.signal });
  const events: StreamEvent[] = [];
  const stream: OpenStream = {
    status: response.status,
    headers: response.headers,
    events,
    hasEnded: false,
    close: () => controller.abort(),
  };
  const parse = createEventStreamParser((event) => events.push(event));
  const decoder = new TextDecoder();
  const read = async (): Promise<void> => {
    const reader = response.body?.getReader();
    for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read())
      parse(decoder.decode(piece.value, { stream: true }));
  };
  read()
    .catch(() => undefined)
    .finally(() => {
      stream.hasEnded = true;
    });
  return stream;
}
