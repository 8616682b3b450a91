import { type SingleUseClientOptions, singleUseClient } from "./single-use-client.server.ts";

interface Subscriber {
  onPayload: (payload: string) => void;
  onReconnect: () => void;
}

/** LISTEN on one connection of its own, made again whenever it is lost. */
export interface Listener {
  /**
   * `onReconnect` runs each time the LISTEN stands (again): what was published before it is lost.
   * Resolves after the first attempt, whether or not the database was there for it.
   * @returns stops hearing the channel
   */
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnect: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface ListenerOptions {
  url: string;
  applicationName: string;
  connectTimeoutMs: number;
  /** How often a silent connection is asked whether it still lives. */
  pingIntervalMs?: number;
}

interface Session {
  execute(statement: string): Promise<void>;
  end(): Promise<void>;
}

const quiet = (): void => {};
const quoted = (channel: string): string => `"${channel.replaceAll('"', '""')}"`;
const retryDelayMs = (): number => 100 + Math.random() * 200;

export function createListener(options: ListenerOptions): Listener {
  const { connectTimeoutMs, pingIntervalMs = 10_000 } = options;
  const channels = new Map<string, Set<Subscriber>>();
  let session: Session | undefined;
  let loop: Promise<void> | undefined;
  let closed = false;
  let wake: () => void = quiet;
  let attempted: () => void = quiet;
  const firstAttempt = new Promise<void>((resolve) => {
    attempted = resolve;
  });

  const openSession = (onLost: () => void): Session => {
    const settings: SingleUseClientOptions = {
      url: options.url,
      connectTimeoutMs,
      session: { application_name: options.applicationName },
      keepAliveSeconds: 5,
      fetchArrayTypes: false,
      onNotify: (channel, payload) => {
        for (const subscriber of channels.get(channel) ?? []) subscriber.onPayload(payload);
      },
      onClose: onLost,
    };
    const client = singleUseClient(settings);
    const ping = setInterval(() => execute("select 1").catch(onLost), pingIntervalMs);
    ping.unref();
    // A statement here takes no time; one without an answer has no connection any more.
    const execute = async (statement: string): Promise<void> => {
      let timer: NodeJS.Timeout | undefined;
      const overdue = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error("The LISTEN connection does not answer.")),
          2 * connectTimeoutMs,
        );
      });
      try {
        await Promise.race([client.unsafe(statement), overdue]);
      } finally {
        clearTimeout(timer);
      }
    };
    return {
      execute,
      end: async () => {
        clearInterval(ping);
        await client.end({ timeout: 0 }).catch(quiet);
      },
    };
  };

  /** One connection's life: LISTEN on every channel, tell the subscribers, wait for its loss. */
  const listenUntilLost = async (): Promise<void> => {
    let lose: () => void = quiet;
    const lost = new Promise<void>((resolve) => {
      lose = resolve;
    });
    const opened = openSession(lose);
    try {
      for (const channel of [...channels.keys()]) await opened.execute(`listen ${quoted(channel)}`);
      session = opened;
      for (const subscribers of [...channels.values()])
        for (const { onReconnect } of subscribers) onReconnect();
      attempted();
      wake = lose;
      if (!closed) await lost;
    } finally {
      session = undefined;
      await opened.end();
    }
  };

  const keepListening = async (): Promise<void> => {
    while (!closed) {
      await listenUntilLost().catch(quiet);
      attempted();
      if (closed) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, retryDelayMs());
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };

  return {
    async listen(channel, onPayload, onReconnect) {
      const subscriber: Subscriber = { onPayload, onReconnect };
      const known = channels.get(channel);
      const subscribers = known ?? new Set<Subscriber>();
      channels.set(channel, subscribers);
      if (session === undefined) {
        // Told with the others when the connection stands.
        subscribers.add(subscriber);
        loop ??= keepListening();
        await firstAttempt;
      } else {
        if (known === undefined) await session.execute(`listen ${quoted(channel)}`).catch(quiet);
        subscribers.add(subscriber);
        if (session !== undefined) onReconnect();
      }
      return async () => {
        subscribers.delete(subscriber);
        if (subscribers.size > 0 || channels.get(channel) !== subscribers) return;
        channels.delete(channel);
        await session?.execute(`unlisten ${quoted(channel)}`).catch(quiet);
      };
    },
    async close() {
      closed = true;
      wake();
      await loop;
    },
  };
}
