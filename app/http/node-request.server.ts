import type { IncomingMessage } from "node:http";
import { setDirectBody } from "./known-body.server.ts";

const continuations = new WeakMap<IncomingMessage, () => void>();

/** The client waits for a word before it sends its body (`Expect: 100-continue`): it gets it when the body is read. */
export const continueWhenRead = (incoming: IncomingMessage, writeContinue: () => void): void =>
  void continuations.set(incoming, writeContinue);

const askForBody = (incoming: IncomingMessage): void => continuations.get(incoming)?.();

/** Whether a request of this method may carry a body, as far as the Fetch standard is concerned. */
const hasBody = (method: string) => method !== "GET" && method !== "HEAD";

/** The request's headers, with repeated ones kept apart, as Node's joined view does not. */
function toHeaders(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  const raw = incoming.rawHeaders;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i];
    const value = raw[i + 1];
    // Pseudo-headers never reach here over HTTP/1.1; the check keeps an odd client from throwing.
    if (name !== undefined && value !== undefined && !name.startsWith(":")) headers.append(name, value);
  }
  return headers;
}

/** The body as a web stream that reads from the socket only as fast as it is read. */
function toStream(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let started = false;
  let done = false;
  const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const finish = (how: () => void) => {
      if (done) return;
      done = true;
      how();
    };
    incoming.on("data", (chunk: Buffer) => {
      if (done) return;
      incoming.pause();
      controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    });
    incoming.once("end", () => finish(() => controller.close()));
    incoming.once("error", (error) => finish(() => controller.error(error)));
    incoming.once("close", () => finish(() => controller.error(clientGone())));
    askForBody(incoming);
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (!started) start(controller);
        started = true;
        incoming.resume();
      },
      // What the client still sends is read and dropped; the adapter sets it a limit.
      cancel() {
        done = true;
        incoming.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

const clientGone = () => new Error("The client went away while sending.");

/** A true Request of the incoming message, for Remix. Its origin is ours, whatever `Host` says. */
export function toRequest(incoming: IncomingMessage, url: string, signal: AbortSignal): Request {
  const method = incoming.method ?? "GET";
  const headers = toHeaders(incoming);
  // Checked before this. Remix would compare it with Host, which a proxy may have changed, and fail with a 500.
  headers.delete("Origin");
  const init: RequestInit & { duplex?: "half" } = { method, headers, signal };
  if (hasBody(method)) {
    init.body = toStream(incoming);
    init.duplex = "half";
  }
  return new Request(url, init);
}

/**
 * The same for the fast lane, but cheap: a Request that is only made whole when something asks for
 * more than its method, address, headers or signal.
 */
class LightRequest implements Request {
  readonly method: string;
  readonly url: string;
  readonly #incoming: IncomingMessage;
  readonly #signalOf: () => AbortSignal;
  #headers: Headers | undefined;
  #whole: Request | undefined;

  constructor(incoming: IncomingMessage, url: string, signalOf: () => AbortSignal) {
    this.method = incoming.method ?? "GET";
    this.url = url;
    this.#incoming = incoming;
    this.#signalOf = signalOf;
    if (hasBody(this.method)) setDirectBody(this, (limitBytes) => readDirectly(incoming, limitBytes));
  }

  get #request(): Request {
    this.#whole ??= toRequest(this.#incoming, this.url, this.signal);
    return this.#whole;
  }

  get headers(): Headers {
    this.#headers ??= this.#whole?.headers ?? toHeaders(this.#incoming);
    return this.#headers;
  }

  get signal(): AbortSignal {
    return this.#signalOf();
  }

  get body() {
    return this.#request.body;
  }
  get bodyUsed() {
    return this.#request.bodyUsed;
  }
  get cache() {
    return this.#request.cache;
  }
  get credentials() {
    return this.#request.credentials;
  }
  get destination() {
    return this.#request.destination;
  }
  get integrity() {
    return this.#request.integrity;
  }
  get keepalive() {
    return this.#request.keepalive;
  }
  get mode() {
    return this.#request.mode;
  }
  get redirect() {
    return this.#request.redirect;
  }
  get referrer() {
    return this.#request.referrer;
  }
  get referrerPolicy() {
    return this.#request.referrerPolicy;
  }
  arrayBuffer() {
    return this.#request.arrayBuffer();
  }
  blob() {
    return this.#request.blob();
  }
  bytes() {
    return this.#request.bytes();
  }
  clone() {
    return this.#request.clone();
  }
  formData() {
    return this.#request.formData();
  }
  json() {
    return this.#request.json();
  }
  text() {
    return this.#request.text();
  }
}
// So that `request instanceof Request` holds for whoever asks.
Object.setPrototypeOf(LightRequest.prototype, Request.prototype);

/** A Request of the incoming message for the fast lane. The signal is made when it is asked for. */
export const toLightRequest = (
  incoming: IncomingMessage,
  url: string,
  signalOf: () => AbortSignal,
): Request => new LightRequest(incoming, url, signalOf);

function readDirectly(incoming: IncomingMessage, limitBytes: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > limitBytes) {
        incoming.removeAllListeners("data");
        // The rest is read and dropped: left unread, it would stand before the connection's next request.
        incoming.resume();
        resolve(undefined);
        return;
      }
      chunks.push(chunk);
    });
    incoming.once("end", () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size));
    });
    incoming.once("error", reject);
    incoming.once("close", () => {
      if (!incoming.complete) reject(clientGone());
    });
    askForBody(incoming);
  });
}
