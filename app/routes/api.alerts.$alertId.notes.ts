import { z } from "zod";
import { addAlertNote } from "#app/domain/alerts/add-alert-note.server.ts";
import { alertTenantQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { alertIdSchema, alertNoteSchema } from "#app/domain/alerts/alert-schema.ts";
import { readAlert } from "#app/domain/alerts/read-alert.server.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  POST: {
    scope: "alerts:write",
    params: z.object({ alertId: alertIdSchema }),
    query: alertTenantQuery,
    body: alertNoteSchema,
    async handler({ runtime, db, actor, params: { alertId }, query: { tenantId }, body: { text }, request }) {
      await addAlertNote(runtime, actor, { alertId, tenantId, text, request });
      return json(await readAlert(db, actor, { alertId, tenantId }), { status: 201 });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
