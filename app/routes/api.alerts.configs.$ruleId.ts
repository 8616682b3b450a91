import { z } from "zod";
import { alertTenantQuery } from "#app/domain/alerts/alert-query-schema.ts";
import { readRule } from "#app/domain/alerts/list-rules.server.ts";
import { removeRule } from "#app/domain/alerts/remove-rule.server.ts";
import { ruleIdSchema, updateRuleSchema } from "#app/domain/alerts/rule-schema.ts";
import { updateRule } from "#app/domain/alerts/update-rule.server.ts";
import { api } from "#app/http/api-route.server.ts";

const params = z.object({ ruleId: ruleIdSchema });

const route = api({
  GET: {
    scope: "alerts:read",
    params,
    query: alertTenantQuery,
    handler: ({ db, actor, params: { ruleId }, query: { tenantId } }) =>
      readRule(db, actor, { ruleId, tenantId }),
  },
  PATCH: {
    scope: "alerts:write",
    params,
    query: alertTenantQuery,
    body: updateRuleSchema,
    handler: ({ db, actor, params: { ruleId }, query: { tenantId }, body: changes, request }) =>
      updateRule(db, actor, { ruleId, tenantId, changes, request }),
  },
  DELETE: {
    scope: "alerts:write",
    params,
    query: alertTenantQuery,
    handler: ({ runtime, actor, params: { ruleId }, query: { tenantId }, request }) =>
      removeRule(runtime, actor, { ruleId, tenantId, request }),
  },
});

export const loader = route.loader;
export const action = route.action;
