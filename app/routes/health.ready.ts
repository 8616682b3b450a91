import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "public",
    isUncounted: true,
    async handler({ runtime }) {
      const report = await runtime.health.ready();
      return json(report, { status: report.status === "ok" ? 200 : 503 });
    },
  },
});

/** Whether the process should get traffic: database, migrations and worker, by name. */
export const loader = route.loader;
export const action = route.action;
