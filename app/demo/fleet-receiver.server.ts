import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { incoming } from "./fleet-client.server.ts";

/**
 * The demo's webhook receiver, on loopback: one path takes what is pushed to an agent, as a receiver
 * of one's own would, and one is a system that is down and answers 500 to everything.
 */
export interface FleetReceiver {
  host: string;
  port: number;
  /** Where an agent's messages are posted. */
  agentUrl: string;
  /** Where nothing is ever accepted. */
  brokenUrl: string;
  /** Where alerts are told: taken unlooked at, since the channel's secret is shown once and this is not there to keep it. */
  alertsUrl: string;
  /** What signs from now on; until the first one everything is refused. */
  setSecret(secret: string): void;
  /** Who gets what was received and checked; a message that came twice comes once. */
  onMessage(take: (message: PushedMessage) => void): void;
  close(): Promise<void>;
}

const pushed = incoming.extend({ recipientId: z.string() });
export type PushedMessage = z.output<typeof pushed>;

const event = z.object({ type: z.string(), data: z.unknown() });
const toleranceS = 300;
const rememberedIds = 1_000;
const maxBodyBytes = 1_500_000;

export async function openFleetReceiver(): Promise<FleetReceiver> {
  let secret: string | undefined;
  let take: (message: PushedMessage) => void = () => {};
  const seen = new Set<string>();

  function receive(headers: IncomingHttpHeaders, body: string): number {
    if (secret === undefined || !isSigned(secret, headers, body)) return 401;
    const { type, data } = event.parse(JSON.parse(body));
    if (type !== "message.received") return 204;
    const message = pushed.parse(data);
    // An answer that was lost is followed by the same message again.
    if (!seen.has(message.id)) take(message);
    seen.add(message.id);
    for (const oldest of seen) {
      if (seen.size <= rememberedIds) break;
      seen.delete(oldest);
    }
    return 204;
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > maxBodyBytes) request.destroy();
      else chunks.push(chunk);
    });
    request.on("end", () => {
      if (request.url === "/alerts") return response.writeHead(204).end();
      if (request.url !== "/analyst")
        return response.writeHead(500).end("The dock system is down for maintenance.");
      try {
        response.writeHead(receive(request.headers, Buffer.concat(chunks).toString())).end();
      } catch {
        response.writeHead(400).end("This is no event.");
      }
    });
  });
  const host = "127.0.0.1";
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    host,
    port,
    agentUrl: `http://${host}:${port}/analyst`,
    alertsUrl: `http://${host}:${port}/alerts`,
    brokenUrl: `http://${host}:${port}/dock`,
    setSecret: (next) => {
      secret = next;
    },
    onMessage: (next) => {
      take = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Standard Webhooks, checked as docs/push.md tells receivers to. */
function isSigned(secret: string, headers: IncomingHttpHeaders, body: string): boolean {
  const id = String(headers["webhook-id"]);
  const timestamp = String(headers["webhook-timestamp"]);
  if (!(Math.abs(Date.now() / 1_000 - Number(timestamp)) <= toleranceS)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
  return String(headers["webhook-signature"])
    .split(" ")
    .some((signature) => {
      const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
      return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
    });
}
