import { createHmac, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** What a log and the audit trail can hold; no key or token, which a client may have put there by mistake. */
const wellFormedId = /^(?!sb_|eyJ)[A-Za-z0-9._-]{8,128}$/;

/** The caller's `X-Request-Id` when it is one that a log can hold, else a new one. */
export function requestIdOf(incoming: IncomingMessage): string {
  const given = incoming.headers["x-request-id"];
  return typeof given === "string" && wellFormedId.test(given) ? given : randomUUID();
}

/**
 * The client's address. Behind `trustedProxies` reverse proxies it is the address that the outermost
 * of them saw; what stands further left in `X-Forwarded-For` is the client's own claim. What is no
 * address there is as good as none: the address is then that of the connection.
 */
export function clientAddressOf(incoming: IncomingMessage, trustedProxies: number): string {
  const direct = withoutPrefix(incoming.socket.remoteAddress ?? "");
  if (trustedProxies === 0) return direct;
  const forwarded = incoming.headers["x-forwarded-for"];
  const hops = typeof forwarded === "string" ? forwarded.split(",") : [];
  return toAddress(hops.at(-trustedProxies) ?? hops[0] ?? "") ?? direct;
}

/** An IPv4 address may come as an IPv6 one. */
const withoutPrefix = (address: string): string => address.replace(/^::ffff:/i, "");

/** The address of a hop; some proxies add a port, and brackets for it. */
function toAddress(hop: string): string | undefined {
  const text = hop.trim();
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = withoutPrefix(bare);
  return isIP(address) === 0 ? undefined : address;
}

const maxKnownAddresses = 10_000;

/** Makes the keyed digests of addresses that audit events hold; the same address has the same digest. */
export function createAddressHasher(secretKey: string): (address: string) => Buffer | null {
  const known = new Map<string, Buffer>();
  return (address) => {
    if (address === "") return null;
    const earlier = known.get(address);
    if (earlier !== undefined) return earlier;
    const digest = createHmac("sha256", `signalbox.address:${secretKey}`).update(address).digest();
    if (known.size >= maxKnownAddresses) known.clear();
    known.set(address, digest);
    return digest;
  };
}
