import { z } from "zod";
import { listChannels } from "#app/domain/alerts/channels/list-channels.server.ts";
import { createRule } from "#app/domain/alerts/create-rule.server.ts";
import { hasKind } from "#app/domain/alerts/ensure-rules.server.ts";
import { listRules } from "#app/domain/alerts/list-rules.server.ts";
import { removeRule } from "#app/domain/alerts/remove-rule.server.ts";
import { ruleKindNames } from "#app/domain/alerts/rule-kinds.ts";
import {
  channelIdSchema,
  createRuleSchema,
  ruleIdSchema,
  updateRuleSchema,
} from "#app/domain/alerts/rule-schema.ts";
import { updateRule } from "#app/domain/alerts/update-rule.server.ts";
import type { RequestInfo, UserActor } from "#app/domain/auth/actor.ts";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { listAgentNames } from "#app/domain/usage/reading/list-agent-names.server.ts";
import type { Runtime } from "#app/runtime.ts";
import type { Database } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import { orEmpty } from "./or-empty.server.ts";
import { parseInput } from "./parse-input.server.ts";

/** What is looked for: in the actor's own tenant, or in that of `tenantId`. */
export async function loadRulesPage(db: Database, actor: UserActor, tenantId?: TenantId) {
  const whose = tenantId ?? actor.tenantId;
  const [rules, { channels }, agents] = await Promise.all([
    listRules(db, actor, { tenantId }),
    listChannels(db, { actor, tenantId }),
    listAgentNames(db, actor, whose),
  ]);
  return {
    rules,
    channels: channels.map(({ id, name }) => ({ id, name })),
    agents,
    kinds: ruleKindNames.filter((kind) => hasKind(whose, kind)),
  };
}

const whole = orEmpty(
  z
    .string()
    .trim()
    .regex(/^\d{1,8}$/, "must be a whole number")
    .transform(Number),
);
/** Shown as they are counted: a kind has no use for what its form does not show. */
const settings = {
  name: orEmpty(z.string()),
  severity: z.string(),
  threshold: whole,
  windowSeconds: whole,
  cooldownSeconds: whole,
  told: z.enum(["all", "chosen"]),
  channelIds: z
    .union([channelIdSchema, z.array(channelIdSchema)])
    .optional()
    .transform((value) => (value === undefined ? [] : [value].flat())),
};
const intent = <I extends string, S extends z.core.$ZodLooseShape>(name: I, fields: S) =>
  z.strictObject({ intent: z.literal(name), ...fields });

export const rulesForm = z.discriminatedUnion("intent", [
  intent("add-rule", { kind: createRuleSchema.shape.kind, agentId: orEmpty(agentIdSchema), ...settings }),
  intent("change-rule", { ruleId: ruleIdSchema, ...settings }),
  intent("switch-rule", { ruleId: ruleIdSchema, enabled: z.enum(["on", "off"]) }),
  intent("remove-rule", { ruleId: ruleIdSchema }),
]);

/** Those that the form gave, as the API's bodies have them. */
function settingsOf({ told, channelIds, ...given }: z.output<z.ZodObject<typeof settings>>) {
  const { name, severity, threshold, windowSeconds, cooldownSeconds } = given;
  const plain = { name, severity, threshold, windowSeconds, cooldownSeconds };
  return {
    ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
    channelIds: told === "all" ? null : channelIds,
  };
}

interface ChangeOptions {
  form: z.output<typeof rulesForm>;
  tenantId?: TenantId;
  request: RequestInfo;
}

/** Does what a form of the page asks for, and says what was done. */
export async function changeRules(
  services: Pick<Runtime, "db" | "bus">,
  actor: UserActor,
  { form, tenantId, request }: ChangeOptions,
): Promise<{ done: string }> {
  const { db } = services;
  switch (form.intent) {
    case "add-rule": {
      const { kind, agentId = null } = form;
      const input = parseInput(createRuleSchema, { kind, agentId, ...settingsOf(form) }, "body");
      await createRule(db, actor, { input, tenantId, request });
      return { done: "Rule added" };
    }
    case "change-rule": {
      const changes = parseInput(updateRuleSchema, settingsOf(form), "body");
      await updateRule(db, actor, { ruleId: form.ruleId, changes, tenantId, request });
      return { done: "Rule changed" };
    }
    case "switch-rule": {
      const { ruleId, enabled } = form;
      const changes = { enabled: enabled === "on" };
      const { name } = await updateRule(db, actor, { ruleId, changes, tenantId, request });
      return { done: `“${name}” is ${enabled}` };
    }
    case "remove-rule":
      await removeRule(services, actor, { ruleId: form.ruleId, tenantId, request });
      return { done: "Rule removed" };
  }
}
