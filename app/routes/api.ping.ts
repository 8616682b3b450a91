import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: { scope: "public", handler: () => ({ pong: true }) },
});

/** Says that the API is there. Does nothing else, so its time is the server's own. */
export const loader = route.loader;
export const action = route.action;
