import type { IncomingMessage, ServerResponse } from "node:http";
import type { Runtime } from "#app/runtime.ts";

const slowMs = 1_000;

type Surface = "api" | "page" | "asset" | "stream" | "service";

export interface RequestRecord {
  path: string;
  requestId: string;
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
): void {
  const startedAt = performance.now();
  out.once("close", () => {
    const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
    const method = incoming.method ?? "";
    const status = out.statusCode;
    const { path, requestId } = record;
    const surface = surfaceOf(record);
    const aborted = !out.writableFinished;
    if (surface !== "stream") metrics.observeRequest({ method, surface, status, durationMs });
    const level = levelOf(surface, status, durationMs);
    if (!log.isLevelEnabled(level)) return;
    log[level]({ requestId, method, path, status, durationMs, ...(aborted && { aborted }) }, "request");
  });
}

function surfaceOf({ path, contentType }: RequestRecord): Surface {
  if (contentType?.startsWith("text/event-stream")) return "stream";
  if (path.startsWith("/api/")) return "api";
  if (path.startsWith("/assets/")) return "asset";
  return path === "/metrics" || path.startsWith("/health/") ? "service" : "page";
}

function levelOf(surface: Surface, status: number, durationMs: number): "debug" | "info" | "warn" | "error" {
  if (status >= 500) return surface === "service" ? "warn" : "error";
  if (surface === "asset" || surface === "service") return "debug";
  return surface !== "stream" && durationMs >= slowMs ? "warn" : "info";
}
