import { z } from "zod";
import { readSeal } from "#app/domain/integrity/read-seals.server.ts";
import { sequenceSchema } from "#app/domain/integrity/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "activity:read",
    params: z.object({ sequence: sequenceSchema }),
    handler: ({ db, actor, params: { sequence } }) => readSeal(db, actor, sequence),
  },
});

export const loader = route.loader;
export const action = route.action;
