import { changeTrailRetentionSchema } from "#app/domain/integrity/archive/archive-schema.ts";
import {
  changeTrailRetention,
  readTrailRetention,
} from "#app/domain/integrity/archive/trail-retention.server.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "activity:read",
    handler: ({ db, actor }) => readTrailRetention(db, actor),
  },
  PATCH: {
    scope: "tenant:write",
    body: changeTrailRetentionSchema,
    handler: ({ db, actor, body, request }) => changeTrailRetention(db, actor, body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
