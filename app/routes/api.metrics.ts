import { readSystem } from "#app/domain/platform/read-system.server.ts";
import { unsafeReadServiceFigures } from "#app/domain/usage/reading/read-service-figures.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "tenants:admin",
    async handler({ runtime, db, actor }) {
      const [{ instances, queues, database }, { runs, llm, tools }] = await Promise.all([
        readSystem(db, actor),
        unsafeReadServiceFigures(db),
      ]);
      const { facts, report } = runtime.instance;
      return {
        at: new Date().toISOString(),
        // The one that answers, as of now; the others as they last said.
        instance: { ...facts, ...report() },
        instances,
        queues,
        database,
        ...{ runs, llm, tools },
      };
    },
  },
});

/** A snapshot of the figures, in JSON; `/metrics` has more of them for Prometheus. */
export const loader = route.loader;
export const action = route.action;
