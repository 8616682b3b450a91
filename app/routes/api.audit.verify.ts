import { readVerification } from "#app/domain/integrity/read-verification.server.ts";
import { startVerification } from "#app/domain/integrity/start-verification.server.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "activity:read",
    handler: async ({ db, actor, request }) => {
      const id = await startVerification(db, actor, request);
      return json(await readVerification(db, actor, id), {
        status: 202,
        headers: { Location: `/api/audit/verify/${id}` },
      });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
