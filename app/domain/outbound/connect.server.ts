import { lookup } from "node:dns/promises";
import { connect, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type AllowEntry, allowsAddress } from "./allow-list.ts";
import { OutboundError } from "./outbound-error.ts";
import type { OutboundTarget } from "./outbound-url.ts";
import { isPublicAddress } from "./public-address.ts";

export interface ResolvedAddress {
  address: string;
  family: number;
}

/** All addresses of a host. */
export type Resolver = (host: string) => Promise<ResolvedAddress[]>;

export const systemResolver: Resolver = (host) => lookup(host, { all: true });

export interface ConnectOptions {
  resolve: Resolver;
  allow: readonly AllowEntry[];
  signal: AbortSignal;
}

/**
 * A connection to the target, over which nothing has been sent (TLS: but its handshake) before the
 * address at its other end was checked. The name is looked up once and only what that look-up gave
 * is connected to, so that a name which changes its mind in between gains nothing.
 * @throws OutboundError; and the socket's own error.
 */
export async function connectTo(target: OutboundTarget, options: ConnectOptions): Promise<Socket> {
  const { resolve, allow, signal } = options;
  const isPermitted = (address: string): boolean =>
    target.isAllowed || isPublicAddress(address) || allowsAddress(allow, address, target.port);
  const refused = () =>
    new OutboundError("refused", "The host has an address that is not public, so it is not called.");

  const addresses = target.isLiteral ? [] : await resolveOnce(target.host, resolve);
  // One private address among public ones is enough: which of them is used would be the name's to decide.
  if (!addresses.every(({ address }) => isPermitted(address))) throw refused();
  signal.throwIfAborted();

  const socket = connect({
    host: target.host,
    port: target.port,
    lookup: given(addresses),
    autoSelectFamily: true,
  });
  await opened(socket, "connect", signal);
  if (!isPermitted(socket.remoteAddress ?? "")) {
    socket.destroy();
    throw refused();
  }
  if (!target.isSecure) return socket;
  const secure = connectTls({
    socket,
    ...(!target.isLiteral && { servername: target.host }),
    host: target.host,
    ALPNProtocols: ["http/1.1"],
  });
  try {
    await opened(secure, "secureConnect", signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return secure;
}

async function resolveOnce(host: string, resolve: Resolver): Promise<ResolvedAddress[]> {
  try {
    const addresses = await resolve(host);
    if (addresses.length > 0) return addresses;
  } catch (error) {
    throw new OutboundError("unresolved", "The host has no address.", error);
  }
  throw new OutboundError("unresolved", "The host has no address.");
}

/** In the place of a look-up: what was looked up, and checked, before. */
const given =
  (addresses: readonly ResolvedAddress[]): LookupFunction =>
  (_host, { all }, done) => {
    const [first] = addresses;
    if (first === undefined) done(new Error("there is no address"), "");
    else if (all) done(null, [...addresses]);
    else done(null, first.address, first.family);
  };

function opened(socket: Socket, event: "connect" | "secureConnect", signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => void socket.destroy(toError(signal.reason));
    const settle = (act: () => void) => {
      signal.removeEventListener("abort", abort);
      socket.off(event, onOpen);
      act();
    };
    const onOpen = () => settle(resolve);
    signal.addEventListener("abort", abort);
    socket.once(event, onOpen);
    // Stays for the socket's whole life: an error without a listener would end the process.
    socket.on("error", (error) => settle(() => reject(error)));
    socket.once("close", () => settle(() => reject(new Error("the connection was closed"))));
    if (signal.aborted) abort();
  });
}

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
