import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: { scope: "public", isUncounted: true, handler: () => ({ status: "ok" }) },
});

/** Whether the process runs at all; asks nothing of what it depends on. */
export const loader = route.loader;
export const action = route.action;
