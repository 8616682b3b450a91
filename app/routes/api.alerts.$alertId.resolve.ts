import { answerRoute } from "#app/http/alert-answer-route.server.ts";

const route = answerRoute("resolve");

export const loader = route.loader;
export const action = route.action;
