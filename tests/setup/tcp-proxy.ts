import { createServer, connect, type Socket } from "node:net";

/** A TCP proxy before PostgreSQL, through which the network can fail in the ways networks do. */
export interface TcpProxy {
  /** `url` through the proxy. */
  through(url: string): string;
  /** Nobody listens any more, and what was connected is cut. */
  refuse(): Promise<void>;
  /** Everything stays connected, and nothing passes, as behind a dead link. */
  stall(): void;
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function startTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const pairs = new Set<[Socket, Socket]>();
  let stalled = false;

  const server = createServer((client) => {
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
      from.on("data", (chunk) => to.write(chunk));
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
    stall() {
      stalled = true;
      for (const pair of pairs) for (const socket of pair) socket.pause();
    },
    async restore() {
      stalled = false;
      for (const pair of pairs) for (const socket of pair) socket.resume();
      if (!server.listening) await listen(port);
    },
    close: async () => {
      if (server.listening) await stop();
    },
  };
}
