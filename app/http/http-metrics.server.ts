import { Histogram, type Registry } from "prom-client";

export interface RequestObservation {
  method: string;
  /** The pattern of the route: as many values as there are routes. */
  route: string;
  /** `api`, `page`, `data`, `asset` or `service`. */
  surface: string;
  status: number;
  durationMs: number;
}

/** How many requests there were since the process began; streams are not among them. */
export interface HttpTotals {
  requests: number;
  /** By class: `2xx`, `4xx` … */
  byStatus: Record<string, number>;
}

export interface HttpMetrics {
  observe(request: RequestObservation): void;
  totals(): HttpTotals;
}

const name = "signalbox_http_request_duration_seconds";

/** Requests by route. Bounded by the routes there are, whatever is asked for. */
export function createHttpMetrics(registry: Registry): HttpMetrics {
  const requests = new Histogram({
    name,
    help: "How long requests took until their last byte was handed over; streams are not in it.",
    labelNames: ["method", "route", "surface", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  // The library would sort and join the labels again for each request.
  const series = new Map<string, { observe(seconds: number): void }>();
  const byStatus = new Map<string, number>();
  return {
    observe({ method, route, surface, status, durationMs }) {
      const statusClass = `${Math.floor(status / 100)}xx`;
      byStatus.set(statusClass, (byStatus.get(statusClass) ?? 0) + 1);
      const key = `${statusClass} ${method} ${surface} ${route}`;
      let one = series.get(key);
      if (one === undefined) {
        one = requests.labels({ method, route, surface, status: statusClass });
        series.set(key, one);
      }
      one.observe(durationMs / 1000);
    },
    totals: () => ({
      requests: [...byStatus.values()].reduce((sum, count) => sum + count, 0),
      byStatus: Object.fromEntries([...byStatus].sort()),
    }),
  };
}
