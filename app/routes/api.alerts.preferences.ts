import { readBellPreferences, setBellPreferences } from "#app/domain/alerts/bell-preferences.server.ts";
import { preferencesSchema } from "#app/domain/alerts/rule-schema.ts";
import { api } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "alerts:read",
    handler: ({ db, actor }) => readBellPreferences(db, actor),
  },
  PUT: {
    scope: "alerts:read",
    body: preferencesSchema,
    handler: ({ db, actor, body, request }) => setBellPreferences(db, actor, body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
