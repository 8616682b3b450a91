import {
  createServer,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { continueWhenRead } from "./node-request.server.ts";

export interface HttpServer {
  server: Server;
  port: number;
  /** Who answers from now on. Until it is called, everything gets 503: the process is starting. */
  use(listener: RequestListener): void;
  /** Takes no new connections, lets what is in flight finish for at most `deadlineMs`, cuts off the rest. */
  stop(deadlineMs: number): Promise<void>;
}

interface HttpServerOptions {
  host: string;
  port: number;
  limits?: Partial<HttpLimits>;
}

/** How long a client may take. */
interface HttpLimits {
  headersTimeoutMs: number;
  requestTimeoutMs: number;
  /** How often it is looked at. */
  checkMs: number;
}

const defaultLimits: HttpLimits = { headersTimeoutMs: 10_000, requestTimeoutMs: 30_000, checkMs: 5_000 };

const drainCheckMs = 50;

/**
 * A bare node:http server with limits on what a client may make it hold: 16 KiB of headers in 10 s,
 * a whole request in 30 s. Listens at once, so that a port in use is known before anything is started.
 * @throws the `listen` error, such as EADDRINUSE.
 */
export async function openHttpServer({ host, port, limits }: HttpServerOptions): Promise<HttpServer> {
  const { headersTimeoutMs, requestTimeoutMs, checkMs } = { ...defaultLimits, ...limits };
  let listener: RequestListener = starting;
  let isStopping = false;
  const inFlight = new Set<ServerResponse>();
  // Browsers connect ahead of need. Node does not count such a connection as idle.
  const unused = new Set<Socket>();
  function forget(this: Socket): void {
    unused.delete(this);
  }
  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: checkMs,
      // Longer than load balancers commonly keep theirs, so that they never send into a closing one.
      keepAliveTimeout: 65_000,
      noDelay: true,
    },
    (incoming, out) => {
      if (unused.delete(incoming.socket)) incoming.socket.off("close", forget);
      out.shouldKeepAlive &&= !isStopping;
      inFlight.add(out);
      out.once("close", () => inFlight.delete(out));
      listener(incoming, out);
    },
  );
  server.maxHeadersCount = 100;
  server.on("connection", (socket) => {
    unused.add(socket);
    socket.on("close", forget);
  });
  server.on("clientError", refuseMalformed);
  server.on("checkContinue", (incoming, out) => {
    // Not at once: a body that is too large, or of somebody unknown, is refused before it is sent.
    continueWhenRead(incoming, () => out.writeContinue());
    server.emit("request", incoming, out);
  });
  await listen(server, host, port);

  return {
    server,
    port: portOf(server.address()),
    use(next) {
      listener = next;
    },
    async stop(deadlineMs) {
      isStopping = true;
      // So that no client sends its next request into a connection that is about to go.
      for (const out of inFlight) out.shouldKeepAlive = false;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // Node closes idle connections once; those that become idle later are ours to close.
      const sweep = setInterval(() => {
        server.closeIdleConnections();
        for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
      }, drainCheckMs);
      const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(deadline);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // 10,000 streams that reconnect after a restart come at once.
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

const portOf = (address: string | AddressInfo | null): number =>
  address === null || typeof address === "string" ? 0 : address.port;

const starting: RequestListener = (incoming, out) => {
  const isLiveness = incoming.url === "/health/live";
  out.writeHead(isLiveness ? 200 : 503, {
    "Content-Type": isLiveness ? "application/json" : "application/problem+json",
    "Cache-Control": "no-store",
    "Retry-After": "1",
  });
  out.end(
    JSON.stringify(
      isLiveness
        ? { status: "ok" }
        : {
            type: "/problems/starting",
            title: "Starting",
            status: 503,
            detail: "Signalbox is starting. Please try again in a moment.",
            category: "unknown",
          },
    ),
  );
};

/** What could not be read as HTTP at all: a sentence for whoever sent it, and the connection ends. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable || hasAnswered(socket)) {
    socket.destroy();
    return;
  }
  const status = statusOf(error.code);
  const title = STATUS_CODES[status] ?? "Bad Request";
  const body = JSON.stringify({
    type: "/problems/malformed_request",
    title,
    status,
    detail: "The request could not be read as HTTP/1.1.",
    category: "validation",
  });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** An answer already on its way must not get a second one into its middle. */
const hasAnswered = (socket: Duplex & { bytesWritten?: Socket["bytesWritten"] }): boolean =>
  (socket.bytesWritten ?? 0) > 0;

function statusOf(code: string | undefined): number {
  if (code === "HPE_HEADER_OVERFLOW") return 431;
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return 408;
  return 400;
}
