/**
 * A body that is pushed. Ten thousand open ReadableStreams, each with its controller, reader and
 * pending promise, cost more than everything else that a live stream needs; so the Response carries
 * the source itself, and the adapter connects it straight to the socket. Anybody else who reads the
 * body (Remix's own tooling, a test) gets an ordinary ReadableStream of the same source, made when
 * it is first read.
 */
export interface PushSink {
  /** Queues bytes for the client. False when its buffer is full: wait for `drained`. */
  write(chunk: Uint8Array): boolean;
  /** Ends the body after what was written. */
  end(): void;
  /** Drops the client at once, with whatever it has not taken. */
  destroy(): void;
}

/** What the adapter tells the source. */
export interface PushHandle {
  /** The client's buffer has room again. */
  drained(): void;
  /** The client is gone, or the body has ended; nothing may be written any more. Safe to call twice. */
  closed(): void;
}

/** Begins to push. Called at most once, and never when nobody reads the body (a HEAD request). */
export type PushSource = (sink: PushSink) => PushHandle;

// Of the global registry, since the server entry and Remix's bundle each have their copy of this module.
const pushSource = Symbol.for("signalbox.pushSource");

interface WithPushSource {
  [pushSource]?: PushSource;
}

/** A Response whose body is pushed by `source`. */
export function pushResponse(source: PushSource, init: ResponseInit): Response {
  const response: Response & WithPushSource = new Response(readableOf(source), init);
  response[pushSource] = source;
  return response;
}

/** The source of a pushed body, for the adapter; undefined for every other Response. */
export function pushSourceOf(response: Response & WithPushSource): PushSource | undefined {
  return response.bodyUsed ? undefined : response[pushSource];
}

function readableOf(source: PushSource): ReadableStream<Uint8Array> {
  let handle: PushHandle | undefined;
  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    handle?.closed();
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (handle !== undefined) {
          handle.drained();
          return;
        }
        handle = source({
          write(chunk) {
            if (isClosed) return false;
            controller.enqueue(chunk);
            return (controller.desiredSize ?? 0) > 0;
          },
          end() {
            if (isClosed) return;
            controller.close();
            close();
          },
          destroy() {
            if (isClosed) return;
            controller.error(new Error("The stream was cut off."));
            close();
          },
        });
        // It may have ended before it returned its handle.
        if (isClosed) handle.closed();
      },
      cancel: close,
    },
    // Nothing is pulled before somebody reads, so an unread body never opens its source.
    { highWaterMark: 0, size: (chunk) => chunk.byteLength },
  );
}
