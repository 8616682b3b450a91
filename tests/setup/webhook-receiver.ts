import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

export interface Received {
  /** The message's id. */
  id: string;
  headers: IncomingHttpHeaders;
  text: string;
  body: { type: string; timestamp: string; data: Record<string, unknown> };
}

/** A real receiver on loopback. By default it answers 204 to everything. */
export interface WebhookReceiver {
  url: string;
  /** Its place for an allow-list. */
  place: string;
  received: Received[];
  /** What it answers from now on; `hang` never does. */
  answer(with_: number | "hang" | ((received: Received, response: ServerResponse) => void)): void;
  close(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  let answer: (received: Received, response: ServerResponse) => void = (_, response) =>
    response.writeHead(204).end();
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const one = {
      id: String(request.headers["webhook-id"]),
      headers: request.headers,
      text,
      body: JSON.parse(text),
    };
    received.push(one);
    answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${place}/hook`,
    place,
    received,
    answer(next) {
      if (typeof next === "function") answer = next;
      else if (next === "hang") answer = () => {};
      else answer = (_, response) => response.writeHead(next).end(`answer ${next}`);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Throws when the signature does not fit, as a receiver would find out. */
export const verify = (secret: string, { text, headers }: Received): unknown =>
  new Webhook(secret).verify(text, {
    "webhook-id": String(headers["webhook-id"]),
    "webhook-timestamp": String(headers["webhook-timestamp"]),
    "webhook-signature": String(headers["webhook-signature"]),
  });
