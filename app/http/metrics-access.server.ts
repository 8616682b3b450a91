import { createHash, timingSafeEqual } from "node:crypto";
import { AppError, notFound } from "#app/domain/errors.ts";
import { isLoopbackHost } from "./host-check.server.ts";

/**
 * Lets a scraper with the configured token in. With no token configured, the figures are for this
 * machine alone, and to everybody else (also through a proxy on this machine, or a site in a browser here that
 * has given its own name this machine's address) the page does not exist.
 * @throws AppError unauthenticated or not_found.
 */
export function assertMayReadMetrics(
  { token }: { token: string | undefined },
  headers: Headers,
  clientAddress: string,
): void {
  if (token !== undefined) {
    const given = /^Bearer +(\S+)$/i.exec(headers.get("Authorization") ?? "")?.[1];
    if (given === undefined || !isSame(given, token))
      throw new AppError("unauthenticated", "The metrics need their token, as a Bearer token.");
    return;
  }
  const isLoopback = clientAddress === "::1" || clientAddress.startsWith("127.");
  const isProxied = headers.has("X-Forwarded-For") || headers.has("Forwarded");
  if (!isLoopback || isProxied || !isLoopbackHost(headers.get("Host"))) throw notFound("page");
}

/** In constant time; digests make the lengths equal. */
const isSame = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
const digest = (text: string) => createHash("sha256").update(text).digest();
