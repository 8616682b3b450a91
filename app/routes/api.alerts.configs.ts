import { alertTenantQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { createRule } from "#app/domain/alerts/create-rule.server.ts";
import { listRules } from "#app/domain/alerts/list-rules.server.ts";
import { createRuleSchema } from "#app/domain/alerts/rule-schema.ts";
import { api, json } from "#app/http/api-route.server.ts";

const route = api({
  GET: {
    scope: "alerts:read",
    query: alertTenantQuery,
    handler: async ({ db, actor, query: { tenantId } }) => ({
      rules: await listRules(db, actor, { tenantId }),
    }),
  },
  POST: {
    scope: "alerts:write",
    query: alertTenantQuery,
    body: createRuleSchema,
    handler: async ({ db, actor, query: { tenantId }, body: input, request }) =>
      json(await createRule(db, actor, { input, tenantId, request }), { status: 201 }),
  },
});

export const loader = route.loader;
export const action = route.action;
