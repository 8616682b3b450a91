import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { AppLoadContext } from "@remix-run/node";
import { AppError, invalidInput } from "#app/domain/errors.ts";
import type { Runtime } from "#app/runtime.ts";
import type { FastLane } from "./fast-lane.server.ts";
import { type CheckHost, createHostCheck } from "./host-check.server.ts";
import { toLightRequest, toRequest } from "./node-request.server.ts";
import { allowedOrigins, checkOrigin } from "./origin-check.server.ts";
import { problemResponse } from "./problem.server.ts";
import { rateLimitHeaders } from "./rate-limit.server.ts";
import { RequestContext } from "./request-context.server.ts";
import { clientAddressOf, createAddressHasher, requestIdOf } from "./request-identity.server.ts";
import { logRequest, type RequestRecord } from "./request-log.server.ts";
import type { RoutePatterns } from "./route-patterns.server.ts";
import { createSecurityHeaders } from "./security-headers.server.ts";
import { sendResponse } from "./send-response.server.ts";
import type { ServeStatic } from "./static-files.server.ts";

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** How long a client may go on sending a body after it was answered, before it is cut off. */
const leftoverBodyMs = 2_000;

export interface ListenerOptions {
  runtime: Runtime;
  serveStatic: ServeStatic;
  /** Undefined: everything goes through Remix (development, and the test that compares the two). */
  fastLane: FastLane | undefined;
  remix: (request: Request, context: AppLoadContext) => Promise<Response>;
  /** What requests are called in logs and metrics. */
  routePatterns: RoutePatterns;
  development: boolean;
}

/**
 * The way of every request: named and logged, held against the rules that stand before any route
 * (method, address, origin), then a file, an API route by the fast lane, or Remix.
 */
export function createListener(options: ListenerOptions): RequestListener {
  const { runtime, serveStatic, fastLane, remix, routePatterns, development } = options;
  const { http, secretKey } = runtime.env;
  const origins = allowedOrigins(http);
  const checkHost = createHostCheck(http);
  const hashAddress = createAddressHasher(secretKey);
  const secure = http.origin.startsWith("https:");
  const security = createSecurityHeaders({ secure, development });

  async function answer(
    incoming: IncomingMessage,
    record: RequestRecord,
    context: RequestContext,
  ): Promise<Response> {
    const { path } = record;
    const refusal = refuse(incoming, path, { origins, checkHost, byAddress: !http.originGiven });
    if (refusal !== undefined) return problemResponse(refusal, context.requestId);
    const target = incoming.url ?? "/";
    const url = http.origin + target;
    const match = fastLane?.match(incoming.method ?? "GET", path, target.slice(path.length));
    if (match !== undefined) {
      record.route = match.pattern;
      const result = await match.call(
        toLightRequest(incoming, url, () => context.signal),
        context,
      );
      if (result instanceof Response) return result;
      throw new TypeError(`The route of ${path} gave no Response.`);
    }
    return remix(toRequest(incoming, url, context.signal), context);
  }

  return (incoming, out) => {
    const path = pathOf(incoming);
    const requestId = requestIdOf(incoming);
    const clientAddress = clientAddressOf(incoming, http.trustedProxies);
    const context = new RequestContext({
      runtime,
      requestId,
      clientAddress,
      ipHash: hashAddress(clientAddress),
      // How the web app asks Remix for what a page is made of.
      isDataRequest: path.endsWith(".data"),
      out,
    });
    const isApi = path.startsWith("/api/");
    const record: RequestRecord = { path, context, route: undefined, contentType: undefined };
    logRequest(runtime, incoming, out, record, routePatterns);
    dropLeftoverBody(incoming, out);
    if (serveStatic(incoming, out, path)) return;

    const send = (response: Response) =>
      sendResponse(out, response, {
        method: incoming.method ?? "GET",
        acceptEncoding: incoming.headers["accept-encoding"],
        defaults(contentType) {
          record.contentType = contentType;
          const isPage = contentType?.startsWith("text/html") ?? false;
          return {
            "x-request-id": requestId,
            ...(isApi && context.verdict !== undefined && rateLimitHeaders(context.verdict)),
            ...(context.retryAfterSeconds !== undefined && {
              "retry-after": String(context.retryAfterSeconds),
            }),
            // For what says nothing itself: kept by no proxy, but a page's data that was fetched ahead may be used.
            "cache-control": "private, no-cache",
            ...(isPage ? security.page(context.usedNonce) : security.data),
          };
        },
      });
    answer(incoming, record, context)
      .catch((error: unknown) => {
        if (!out.destroyed)
          runtime.log.error({ err: error, requestId }, "A request failed outside of its route");
        return problemResponse(error, requestId);
      })
      .then(send)
      .catch((error: unknown) => {
        // Its head may be out already, so nothing else can be answered.
        runtime.log.error({ err: error, requestId }, "An answer broke off");
        out.destroy();
      });
  };
}

/** The path alone, as it was sent. */
function pathOf(incoming: IncomingMessage): string {
  const url = incoming.url ?? "/";
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** What this server is called, and by whom it may be asked. */
interface Names {
  origins: ReadonlySet<string>;
  checkHost: CheckHost;
  byAddress: boolean;
}

/** What no route would want to see. */
function refuse(
  incoming: IncomingMessage,
  path: string,
  { origins, checkHost, byAddress }: Names,
): AppError | undefined {
  const url = incoming.url ?? "/";
  const method = incoming.method ?? "";
  if (!methods.has(method)) return new AppError("method_not_allowed", `${method} is not a method used here.`);
  if (!path.startsWith("/")) return invalidInput("path", "must begin with a slash");
  if (path.includes("%") && !isDecodable(path)) return invalidInput("path", "has a broken percent escape");
  if (asksForRouteData(url)) return invalidInput("query._data", "is not a known parameter");
  return checkOrigin(incoming, origins, { byAddress }) ?? checkHost(incoming, path);
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** Remix's older data requests reach any loader by its file's name, past what its address would check. */
function asksForRouteData(url: string): boolean {
  const start = url.indexOf("?");
  if (start === -1) return false;
  const search = url.slice(start);
  return (search.includes("_data") || search.includes("%")) && new URLSearchParams(search).has("_data");
}

/**
 * An answer may go out before the body came in: a refusal, a body over the limit. Node then reads
 * and drops the rest, which a client can draw out; so it gets a moment and is cut off.
 */
function dropLeftoverBody(incoming: IncomingMessage, out: ServerResponse): void {
  if (incoming.headers["content-length"] === undefined && incoming.headers["transfer-encoding"] === undefined)
    return;
  out.once("finish", () => {
    if (incoming.complete) return;
    const timer = setTimeout(() => {
      if (!incoming.complete) incoming.socket.destroy();
    }, leftoverBodyMs);
    incoming.once("close", () => clearTimeout(timer));
  });
}
