import { readSystem } from "#app/domain/platform/read-system.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "tenants:admin",
    async handler({ runtime, db, actor }) {
      const { instances, queues, database } = await readSystem(db, actor);
      const { facts, report } = runtime.instance;
      return {
        at: new Date().toISOString(),
        // The one that answers, as of now; the others as they last said.
        instance: { ...facts, ...report() },
        instances,
        queues,
        database,
      };
    },
  },
});

/** A snapshot of the figures, in JSON; `/metrics` has more of them for Prometheus. */
export const loader = route.loader;
export const action = route.action;
