import { z } from "zod";
import { endReservation } from "#app/domain/usage/budgets/end-reservation.server.ts";
import { reservationIdSchema } from "#app/domain/usage/budgets/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "authenticated",
    params: z.object({ reservationId: reservationIdSchema }),
    handler: ({ db, actor, params: { reservationId }, request }) =>
      endReservation(db, actor, {
        ...{ reservationId, request, nowMs: Date.now() },
        end: { as: "released" },
      }),
  },
});

export const loader = route.loader;
export const action = route.action;
