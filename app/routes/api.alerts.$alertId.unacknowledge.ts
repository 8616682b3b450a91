import { takeBackRoute } from "#app/http/alert-answer-route.server.ts";

const route = takeBackRoute("unacknowledge");

export const loader = route.loader;
export const action = route.action;
