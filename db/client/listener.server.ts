import postgres from "postgres";
import { translate } from "./failures.ts";

interface Subscriber {
  onPayload: (payload: string) => void;
  onReconnect: () => void;
}

interface Channel {
  subscribers: Set<Subscriber>;
  /** Whether the LISTEN stands, as far as is known. */
  established: boolean;
  ready: Promise<() => Promise<void>>;
}

/** LISTEN on one connection of its own, made again whenever it is lost. */
export interface Listener {
  listen(
    channel: string,
    onPayload: (payload: string) => void,
    onReconnect: () => void,
  ): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const quiet = (): void => {};

export function createListener(url: string, applicationName: string): Listener {
  const channels = new Map<string, Channel>();
  let client: postgres.Sql | undefined;

  const connected = (): postgres.Sql => {
    client ??= postgres(url, {
      max: 1,
      fetch_types: false,
      max_lifetime: null,
      keep_alive: 5,
      connect_timeout: 2,
      // postgres.js listens again by itself after a loss; its own delays grow to 20 s.
      backoff: () => 0.1 + Math.random() * 0.2,
      onnotice: quiet,
      connection: { application_name: applicationName },
    });
    return client;
  };

  const open = (name: string): Channel => {
    const subscribers = new Set<Subscriber>();
    const channel: Channel = {
      subscribers,
      established: false,
      // One registration a channel: after a reconnect postgres.js no longer knows whom to unlisten.
      ready: connected()
        .listen(
          name,
          (payload) => {
            for (const subscriber of subscribers) subscriber.onPayload(payload);
          },
          () => {
            channel.established = true;
            for (const subscriber of subscribers) subscriber.onReconnect();
          },
        )
        .then(
          ({ unlisten }) => unlisten,
          (error: unknown) => {
            channels.delete(name);
            throw translate(error);
          },
        ),
    };
    channels.set(name, channel);
    return channel;
  };

  return {
    async listen(name, onPayload, onReconnect) {
      const channel = channels.get(name) ?? open(name);
      const subscriber = { onPayload, onReconnect };
      const late = channel.established;
      channel.subscribers.add(subscriber);
      try {
        await channel.ready;
      } catch (error) {
        channel.subscribers.delete(subscriber);
        throw error;
      }
      if (late) onReconnect();
      return async () => {
        channel.subscribers.delete(subscriber);
        if (channel.subscribers.size > 0 || channels.get(name) !== channel) return;
        channels.delete(name);
        const unlisten = await channel.ready;
        await unlisten().catch(quiet);
      };
    },
    async close() {
      await client?.end({ timeout: 1 });
    },
  };
}
