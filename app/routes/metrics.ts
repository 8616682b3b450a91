import { api } from "#app/http/api-route.server.ts";
import { assertMayReadMetrics } from "#app/http/metrics-access.server.ts";

const route = api({
  GET: {
    scope: "public",
    isUncounted: true,
    async handler({ runtime, headers, clientAddress }) {
      assertMayReadMetrics(runtime.env.metrics, headers, clientAddress);
      const { registry } = runtime.metrics;
      return new Response(await registry.metrics(), {
        headers: { "Content-Type": registry.contentType, "Cache-Control": "no-store" },
      });
    },
  },
});

/** The process's figures in Prometheus' text format. */
export const loader = route.loader;
export const action = route.action;
