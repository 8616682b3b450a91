import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { AppError } from "#app/domain/errors.ts";

/** The name in a `Host` header, without port, brackets and the root's dot; undefined when it is none. */
function nameOf(host: string): string | undefined {
  const [, bracketed, name] =
    /^(?:\[([\da-f:.]{2,45})\]|([a-z\d._-]{1,255}))(?::\d{1,5})?$/i.exec(host) ?? [];
  return (bracketed ?? name)?.toLowerCase().replace(/\.$/, "");
}

const isLoopbackName = (name: string): boolean =>
  name === "localhost" ||
  name.endsWith(".localhost") ||
  name === "::1" ||
  (isIP(name) === 4 && name.startsWith("127."));

/** Whether a request was sent to this machine by one of its names for itself. */
export function isLoopbackHost(host: string | null): boolean {
  const name = host === null ? undefined : nameOf(host);
  return name !== undefined && isLoopbackName(name);
}

/**
 * Whether a `Host` is an address rather than a name. A site's name can be made to lead here by whoever owns it,
 * an address leads where it says: a page that was loaded from one comes from this very server.
 */
export function isAddressHost(host: string): boolean {
  const name = nameOf(host);
  return name !== undefined && isIP(name) !== 0;
}

/** Makes the check of which names a server answers to. */
export type CheckHost = (incoming: IncomingMessage, path: string) => AppError | undefined;

/**
 * Against DNS rebinding: a site in somebody's browser gives its own name the address of this machine, and then
 * reads what is here as its own pages. So a server that is only known by names of this machine answers to
 * those, to addresses, and to where it listens. One with a public origin is anybody's to ask, and proxies
 * before it may change the name: nothing is checked. Nor is it for programs with a key or a token, and for health.
 */
export function createHostCheck(http: { origin: string; host: string }): CheckHost {
  const own = nameOf(new URL(http.origin).host) ?? "";
  if (!isLoopbackName(own)) return () => undefined;
  const listensAt = http.host.toLowerCase();
  return ({ headers: { host, authorization } }, path) => {
    if (host === undefined || authorization !== undefined || path.startsWith("/health/")) return undefined;
    const name = nameOf(host);
    if (name === undefined) return new AppError("wrong_origin", "The Host header names no host.");
    if (isLoopbackName(name) || isIP(name) !== 0 || name === listensAt) return undefined;
    return new AppError(
      "wrong_origin",
      `This server was asked for as ${host}, which it does not know to be its name. If it is, start it with SIGNALBOX_ORIGIN=http://${host}.`,
    );
  };
}
