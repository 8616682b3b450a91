import { deadLetterListSchema } from "#app/domain/messaging/dead-letter-schema.ts";
import { listDeadLetters } from "#app/domain/messaging/list-dead-letters.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "messages:read",
    query: deadLetterListSchema,
    handler: ({ db, actor, query }) => listDeadLetters(db, actor, query),
  },
});

export const loader = route.loader;
export const action = route.action;
