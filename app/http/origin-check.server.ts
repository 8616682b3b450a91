import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { AppError } from "#app/domain/errors.ts";
import { isAddressHost } from "./host-check.server.ts";

const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/** Makes the set of origins that unsafe requests may come from. */
export function allowedOrigins(http: {
  origin: string;
  originGiven: boolean;
  host: string;
  port: number;
}): ReadonlySet<string> {
  const origins = new Set([new URL(http.origin).origin]);
  // Nobody said how people reach us: then it is this machine, by whichever of its names.
  if (!http.originGiven) {
    for (const host of [
      "localhost",
      "127.0.0.1",
      "[::1]",
      http.host.includes(":") ? `[${http.host}]` : http.host,
    ])
      origins.add(new URL(`http://${host}:${http.port}`).origin);
  }
  return origins;
}

/**
 * Refuses a change that another site made a browser send: by `Sec-Fetch-Site`, which pages cannot
 * forge, else by `Origin`. A request with a cookie and neither header is refused too, since every
 * browser of today sends one of them. Programs with a key and no cookie carry nothing that another
 * site could borrow.
 * @param byAddress whether a page that was loaded from an address of this machine counts as ours: where nobody
 *   said what it is called
 * @returns the error to answer, or undefined when the request may go on.
 */
export function checkOrigin(
  incoming: IncomingMessage,
  origins: ReadonlySet<string>,
  { byAddress = false }: { byAddress?: boolean } = {},
): AppError | undefined {
  if (safeMethods.has(incoming.method ?? "")) return undefined;
  const { headers } = incoming;
  const carriesCookie = headers.cookie !== undefined;
  if (!carriesCookie && headers.authorization !== undefined) return undefined;
  if (isRightOrigin(headers, origins, carriesCookie)) return undefined;
  if (byAddress && isOfAddress(headers)) return undefined;
  return new AppError(
    "wrong_origin",
    "This request did not come from Signalbox's own pages, so it was refused.",
  );
}

/** From the address that it was sent to: no other site can be there. */
const isOfAddress = ({ "sec-fetch-site": site, origin, host }: IncomingHttpHeaders): boolean =>
  site === undefined && host !== undefined && isAddressHost(host) && origin === `http://${host}`;

function isRightOrigin(
  headers: IncomingHttpHeaders,
  origins: ReadonlySet<string>,
  carriesCookie: boolean,
): boolean {
  const site = headers["sec-fetch-site"];
  // `none` is a person's own doing (the address bar, a bookmark), which never makes an unsafe request.
  if (site !== undefined) return site === "same-origin";
  if (headers.origin !== undefined) return origins.has(headers.origin);
  return !carriesCookie;
}
