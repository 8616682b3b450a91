import type { IncomingMessage, ServerResponse } from "node:http";
import { scrubLabel } from "#app/domain/audit/scrub-details.ts";
import type { Runtime } from "#app/runtime.ts";
import { toTypeId } from "#db/ids.ts";
import type { RequestContext } from "./request-context.server.ts";
import type { RoutePatterns } from "./route-patterns.server.ts";

const slowMs = 1_000;

type Surface = "api" | "page" | "data" | "asset" | "stream" | "service";

export interface RequestRecord {
  path: string;
  context: Pick<RequestContext, "requestId" | "actor" | "auditEvents">;
  /** The pattern of the route that answered, where it is known already. */
  route: string | undefined;
  /** Of the answer, once its head is out. */
  contentType: string | undefined;
}

/**
 * One line and one observation per request, when it is over. The query stays out of the log: it may
 * hold what a person searched for. Files and probes are only logged at `debug`.
 */
export function logRequest(
  { log, metrics }: Pick<Runtime, "log" | "metrics">,
  incoming: IncomingMessage,
  out: ServerResponse,
  record: RequestRecord,
  routePatterns: RoutePatterns,
): void {
  const startedAt = performance.now();
  const { socket } = incoming;
  const sentBefore = socket.bytesWritten;
  out.once("close", () => {
    const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
    const method = incoming.method ?? "";
    const status = out.statusCode;
    const { path, context } = record;
    const surface = surfaceOf(record);
    const route = record.route ?? (surface === "asset" ? "/assets/*" : (routePatterns(path) ?? "unknown"));
    const aborted = !out.writableFinished;
    if (surface !== "stream") metrics.observeRequest({ method, route, surface, status, durationMs });
    const level = levelOf(surface, status, durationMs);
    if (!log.isLevelEnabled(level)) return;
    const { actor, requestId, auditEvents } = context;
    log[level](
      {
        requestId,
        ...(actor && { actor: { kind: actor.kind, id: actor.id }, tenant: actor.tenantId }),
        ...{ method, route, path: shownPath(path, route), surface, status, durationMs },
        // The answer's head is among them, as it is on the wire.
        bytes: socket.bytesWritten - sentBefore,
        ...(auditEvents.length > 0 && { auditEvents: auditEvents.map((uuid) => toTypeId("evt", uuid)) }),
        ...(aborted && { aborted }),
      },
      "request",
    );
  });
}

function surfaceOf({ path, contentType }: RequestRecord): Surface {
  if (contentType?.startsWith("text/event-stream")) return "stream";
  if (path.startsWith("/api/")) return "api";
  if (path.startsWith("/assets/")) return "asset";
  if (path === "/metrics" || path.startsWith("/health/")) return "service";
  return path.endsWith(".data") ? "data" : "page";
}

function levelOf(surface: Surface, status: number, durationMs: number): "debug" | "info" | "warn" | "error" {
  // A refusal is meant, and so is the word that an agent has not answered; why is told where it is known.
  if (status === 502 || status === 503 || status === 504 || (status >= 500 && surface === "service"))
    return "warn";
  if (status >= 500) return "error";
  if (surface === "asset" || surface === "service") return "debug";
  return surface !== "stream" && durationMs >= slowMs ? "warn" : "info";
}

/** What an address names in its path, where that is a secret. */
const secretParameter = /:(?:token|code|secret|key)\b/i;
const maxPathLength = 300;

/**
 * The path as a log may hold it: without secrets, in printable ASCII. Left out where the route has a
 * secret in its address.
 */
function shownPath(path: string, route: string): string | undefined {
  if (path === route) return path;
  if (secretParameter.test(route)) return undefined;
  const text = scrubLabel(path.slice(0, maxPathLength)) ?? "";
  return text.replace(/[^\x20-\x7e]/gu, encodeURIComponent);
}
