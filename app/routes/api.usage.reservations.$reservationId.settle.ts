import { z } from "zod";
import { endReservation } from "#app/domain/usage/budgets/end-reservation.server.ts";
import { reservationIdSchema, settleSchema } from "#app/domain/usage/budgets/schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "authenticated",
    params: z.object({ reservationId: reservationIdSchema }),
    body: settleSchema,
    handler: ({ db, actor, params: { reservationId }, body: { costMicros }, request }) =>
      endReservation(db, actor, {
        ...{ reservationId, request, nowMs: Date.now() },
        end: { as: "settled", costMicros },
      }),
  },
});

export const loader = route.loader;
export const action = route.action;
