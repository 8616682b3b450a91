import { connect, type Socket } from "node:net";
import postgres from "postgres";

export interface SingleUseClientOptions {
  url: string;
  /** From the first packet to the server's readiness; also for the name's resolution before it. */
  connectTimeoutMs: number;
  /** `-c` settings of the session. */
  session: Record<string, string | number>;
  keepAliveSeconds: number;
  fetchArrayTypes: boolean;
  onNotify?: (channel: string, payload: string) => void;
  /** Runs when its connection has ended. */
  onClose: () => void;
}

const quiet = (): void => {};

interface Target {
  host: string[];
  port: number[];
  path?: string | boolean;
}

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/** Connects to the first of the hosts that answers. */
async function connectSocket({ host: hosts, port: ports, path }: Target, timeoutMs: number): Promise<Socket> {
  let last: unknown = failure("ECONNREFUSED", "The database's URL names no host.");
  for (const [index, host] of hosts.entries()) {
    const port = ports[index] ?? 5432;
    const socket = typeof path === "string" ? connect(path) : connect(port, host);
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () =>
            reject(failure("CONNECT_TIMEOUT", `No connection to ${host}:${port} within ${timeoutMs} ms.`)),
          timeoutMs,
        );
        const settle = (error?: Error): void => {
          clearTimeout(timer);
          socket.off("connect", settle).off("error", settle);
          if (error instanceof Error) reject(error);
          else resolve();
        };
        socket.on("connect", settle).on("error", settle);
      });
      // What TLS checks the certificate against.
      return Object.assign(socket.setNoDelay(true), { host, port });
    } catch (error) {
      socket.destroy();
      last = error;
    }
  }
  throw last;
}

/**
 * A postgres.js client with one socket in its life. By itself it reconnects, which is wrong for
 * whatever belongs to a session: queries waiting for their turn in a transaction would run on the
 * next connection, outside it; and a peer that accepts and closes (a proxy whose database is down)
 * is called again without a pause.
 */
export function singleUseClient(options: SingleUseClientOptions): postgres.Sql {
  let used = false;
  const socket = async (target: Target): Promise<Socket> => {
    if (used) throw failure("CONNECTION_CLOSED", "The connection to the database was lost.");
    used = true;
    return connectSocket(target, options.connectTimeoutMs);
  };
  const settings: postgres.Options<Record<string, never>> = {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    keep_alive: options.keepAliveSeconds,
    connect_timeout: options.connectTimeoutMs / 1000,
    fetch_types: options.fetchArrayTypes,
    onnotice: quiet,
    onclose: options.onClose,
    connection: options.session,
  };
  // Both are read by postgres.js 3.4.9; its types leave them out.
  return postgres(options.url, Object.assign(settings, { socket, onnotify: options.onNotify }));
}
