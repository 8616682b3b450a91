import { connect, createServer, type Socket } from "node:net";

/** A TCP proxy before PostgreSQL, through which the network can fail in the ways networks do. */
export interface TcpProxy {
  /** `url` through the proxy. */
  through(url: string): string;
  /** Nobody listens any more, and what was connected is cut. */
  refuse(): Promise<void>;
  /** Accepts and closes at once, as a load balancer does whose database is down; counts how often. */
  hangUp(): void;
  readonly hungUp: number;
  /** Everything stays connected, and nothing passes, as behind a dead link. */
  stall(): void;
  /** The same for what is connected now; others may connect, and are served. */
  stallPresent(): void;
  /** What clients say reaches the database so much later; its answers come back at once. */
  delay(ms: number): void;
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const pairs = new Set<[Socket, Socket]>();
  let stalled = false;
  let hangingUp = false;
  let hungUp = 0;
  let delayMs = 0;

  const server = createServer((client) => {
    if (hangingUp) {
      hungUp++;
      client.on("error", () => {}).end();
      // Whoever stays on the line after that is cut off.
      setTimeout(() => client.destroy(), 1_000).unref();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on("error", () => to.destroy());
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
      from.on("data", (chunk) => {
        if (from === client && delayMs > 0) setTimeout(() => to.write(chunk), delayMs);
        else to.write(chunk);
      });
      if (stalled) from.pause();
    }
  });
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        const address = server.address();
        if (address === null || typeof address === "string") reject(new Error("The proxy has no port."));
        else resolve(address.port);
      });
    });
  const port = await listen(0);
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    });

  return {
    through(url) {
      const changed = new URL(url);
      changed.port = String(port);
      return changed.toString();
    },
    refuse: stop,
    hangUp() {
      hangingUp = true;
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
    get hungUp() {
      return hungUp;
    },
    stall() {
      stalled = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    stallPresent() {
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    delay(ms) {
      delayMs = ms;
    },
    async restore() {
      stalled = false;
      delayMs = 0;
      hangingUp = false;
      for (const pair of pairs) for (const socket of pair) socket.resume();
      if (!server.listening) await listen(port);
    },
    close: async () => {
      if (server.listening) await stop();
    },
  };
}
