import { takeBackRoute } from "#app/http/alert-answer-route.server.ts";

const route = takeBackRoute("unsnooze");

export const loader = route.loader;
export const action = route.action;
