import { z } from "zod";
import { proveEvent } from "#app/domain/integrity/prove-event.server.ts";
import { eventIdSchema } from "#app/domain/integrity/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "activity:read",
    params: z.object({ eventId: eventIdSchema }),
    handler: ({ db, actor, params: { eventId } }) => proveEvent(db, actor, eventId),
  },
});

export const loader = route.loader;
export const action = route.action;
