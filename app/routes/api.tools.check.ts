import { checkToolSchema } from "#app/domain/tools/tool-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    // An agent for itself; else it takes activity:write, as to report what agents do.
    scope: "authenticated",
    body: checkToolSchema,
    handler: ({ runtime, actor, body, request }) => runtime.tools.check(actor, body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
