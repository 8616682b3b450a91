import { z } from "zod";
import { releaseHold } from "#app/domain/retention/release-hold.server.ts";
import { holdIdSchema } from "#app/domain/retention/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  DELETE: {
    scope: "tenant:write",
    params: z.object({ holdId: holdIdSchema }),
    handler: ({ db, actor, params: { holdId }, request }) => releaseHold(db, actor, holdId, request),
  },
});

export const loader = route.loader;
export const action = route.action;
