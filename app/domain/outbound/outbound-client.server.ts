import { type ClientRequest, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import type { AllowEntry } from "./allow-list.ts";
import { connectTo, type Resolver, systemResolver } from "./connect.server.ts";
import { OutboundError } from "./outbound-error.ts";
import { checkOutboundUrl } from "./outbound-url.ts";

export interface OutboundClientOptions {
  /** Places that may be called although they are not public. */
  allow?: readonly AllowEntry[];
  resolve?: Resolver;
  /** From the look-up to the last byte of the answer. */
  timeoutMs?: number;
}

export interface OutboundPost {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  signal?: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  /** As it was sent. */
  retryAfter: string | undefined;
  /** Its beginning, as text. */
  body: string;
}

/** The one way by which Signalbox calls out. Keeps nothing between two calls. */
export interface OutboundClient {
  /** @throws OutboundError refused, for a URL that no call would be made to, without looking its host up. */
  check(url: string): void;
  /**
   * Posts, and gives the answer whatever its status; redirects are answers and are not followed.
   * @throws OutboundError when there is no answer.
   */
  post(post: OutboundPost): Promise<OutboundAnswer>;
}

const maxRequestBytes = 2 * 1024 * 1024;
/** More is not read: the connection is cut, and the answer stands. */
const maxAnswerBytes = 64 * 1024;
const keptCharacters = 2_000;

/** A client that reaches public addresses only (docs/decisions/0012-own-outbound-client.md). */
export function createOutboundClient(options: OutboundClientOptions = {}): OutboundClient {
  const { allow = [], resolve = systemResolver, timeoutMs = 15_000 } = options;
  return {
    check: (url) => void checkOutboundUrl(url, allow),
    async post({ url, headers, body, signal }) {
      const target = checkOutboundUrl(url, allow);
      const bytes = Buffer.from(body);
      if (bytes.byteLength > maxRequestBytes)
        throw new OutboundError("refused", "The body is too large to be posted.");
      const ended = new AbortController();
      const late = new OutboundError(
        "timeout",
        `There was no complete answer within ${timeoutMs / 1_000} s.`,
      );
      const timer = setTimeout(() => ended.abort(late), timeoutMs);
      const giveUp = () => ended.abort(new OutboundError("aborted", "The call was given up."));
      signal?.addEventListener("abort", giveUp);
      if (signal?.aborted) giveUp();
      let socket: Socket | undefined;
      try {
        const connecting = connectTo(target, { resolve, allow, signal: ended.signal });
        socket = await orAborted(connecting, ended.signal);
        const sent = request({
          // Its own connection, checked before; no agent, which would keep it for another call.
          createConnection: () => connectionOf(socket),
          method: "POST",
          path: `${target.url.pathname}${target.url.search}`,
          headers: {
            Host: target.url.host,
            Connection: "close",
            "Accept-Encoding": "identity",
            "Content-Length": String(bytes.byteLength),
            ...headers,
          },
        });
        return await orAborted(readAnswer(sent, bytes), ended.signal);
      } catch (error) {
        if (ended.signal.reason instanceof OutboundError) throw ended.signal.reason;
        throw error instanceof OutboundError ? error : unreachable(error);
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", giveUp);
        socket?.destroy();
      }
    },
  };
}

function connectionOf(socket: Socket | undefined): Socket {
  if (socket === undefined) throw new Error("the connection is not open");
  return socket;
}

/** What was begun, or the reason why it is not waited for any longer: a look-up cannot be stopped. */
function orAborted<T>(begun: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
    begun.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    if (signal.aborted) abort();
  });
}

function readAnswer(sent: ClientRequest, body: Buffer): Promise<OutboundAnswer> {
  return new Promise((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const finish = () => resolve(toAnswer(response, Buffer.concat(chunks, Math.min(size, maxAnswerBytes))));
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.byteLength;
        if (size >= maxAnswerBytes) {
          finish();
          sent.destroy();
        }
      });
      response.on("end", finish);
      response.on("error", reject);
    });
    sent.end(body);
  });
}

function toAnswer(response: IncomingMessage, body: Buffer): OutboundAnswer {
  // NUL is what PostgreSQL cannot store.
  const text = new TextDecoder().decode(body).replaceAll("\0", "\ufffd");
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers["retry-after"],
    body: [...text.slice(0, 2 * keptCharacters)].slice(0, keptCharacters).join(""),
  };
}

/** The words of Node's own errors, for the codes that people meet; others by their code alone. */
const wordsOfCode: Record<string, string> = {
  ECONNREFUSED: "The connection was refused.",
  ECONNRESET: "The connection was broken.",
  EPIPE: "The connection was broken.",
  ETIMEDOUT: "The host did not answer.",
  EHOSTUNREACH: "The host cannot be reached.",
  ENETUNREACH: "The host cannot be reached.",
  CERT_HAS_EXPIRED: "Its certificate has expired.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "Its certificate is self-signed.",
  SELF_SIGNED_CERT_IN_CHAIN: "Its certificate is self-signed.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "Its certificate cannot be verified.",
  ERR_TLS_CERT_ALTNAME_INVALID: "Its certificate is for another host.",
};

function unreachable(error: unknown): OutboundError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const words = wordsOfCode[code] ?? `The connection failed${/^\w+$/.test(code) ? ` (${code})` : ""}.`;
  return new OutboundError("unreachable", words, error);
}
