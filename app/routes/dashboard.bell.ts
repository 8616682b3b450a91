import { z } from "zod";
import { alertIdSchema } from "#app/domain/alerts/alert-schema.ts";
import { markAlertsRead } from "#app/domain/alerts/mark-alerts-read.server.ts";
import { readBell } from "#app/domain/alerts/read-bell.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** What the bell of a page that stays open lists. Data, not a page. */
export const loader = asResource(
  pageLoader({
    scope: "alerts:read",
    handler: async ({ db, actor }) =>
      Response.json(await readBell(db, actor), { headers: { "Cache-Control": "no-store" } }),
  }),
);

/** Marks one alert as read, or all of them where none is named. */
export const action = asResource(
  pageAction({
    scope: "alerts:read",
    form: z.strictObject({ alertId: alertIdSchema.optional() }),
    handler: async ({ db, actor, form: { alertId } }) => {
      const unread = await markAlertsRead(
        db,
        actor,
        alertId === undefined ? { all: true } : { alertIds: [alertId] },
      );
      return Response.json({ unread });
    },
  }),
);
