import { z } from "zod";
import { readVerification } from "#app/domain/integrity/read-verification.server.ts";
import { verificationIdSchema } from "#app/domain/integrity/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "activity:read",
    params: z.object({ verificationId: verificationIdSchema }),
    handler: ({ db, actor, params: { verificationId } }) => readVerification(db, actor, verificationId),
  },
});

export const loader = route.loader;
export const action = route.action;
