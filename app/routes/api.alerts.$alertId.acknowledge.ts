import { answerRoute } from "#app/http/alert-answer-route.server.ts";

const route = answerRoute("acknowledge");

export const loader = route.loader;
export const action = route.action;
