import { z } from "zod";
import { createSilence } from "#app/domain/alerts/create-silence.server.ts";
import { endSilence } from "#app/domain/alerts/end-silence.server.ts";
import { hasKind } from "#app/domain/alerts/ensure-rules.server.ts";
import { listSilences } from "#app/domain/alerts/list-silences.server.ts";
import { ruleKindNames, severities } from "#app/domain/alerts/rule-kinds.ts";
import { createSilenceSchema, silenceIdSchema } from "#app/domain/alerts/rule-schema.ts";
import type { RequestInfo, UserActor } from "#app/domain/auth/actor.ts";
import { notFound } from "#app/domain/errors.ts";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { listAgentNames } from "#app/domain/usage/reading/list-agent-names.server.ts";
import type { Runtime } from "#app/runtime.ts";
import type { Database } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import { orEmpty } from "./or-empty.server.ts";

/** What nobody is told of: in the actor's own tenant, or in that of `tenantId`. */
export async function loadSilencesPage(db: Database, actor: UserActor, tenantId?: TenantId) {
  const whose = tenantId ?? actor.tenantId;
  const [silences, agents] = await Promise.all([
    listSilences(db, actor, { tenantId }),
    listAgentNames(db, actor, whose),
  ]);
  return { silences, agents, kinds: ruleKindNames.filter((kind) => hasKind(whose, kind)) };
}

export const silencesForm = z.discriminatedUnion("intent", [
  z.strictObject({
    intent: z.literal("add-silence"),
    kind: orEmpty(z.enum(ruleKindNames)),
    subjectId: orEmpty(agentIdSchema),
    maxSeverity: z.enum(severities),
    reason: createSilenceSchema.shape.reason,
    hours: z.coerce.number().pipe(z.int().min(1).max(8_760)),
  }),
  z.strictObject({ intent: z.literal("end-silence"), silenceId: silenceIdSchema }),
]);

interface ChangeOptions {
  form: z.output<typeof silencesForm>;
  tenantId?: TenantId;
  request: RequestInfo;
}

/** Does what a form of the page asks for, and says what was done. */
export async function changeSilences(
  services: Pick<Runtime, "db" | "bus">,
  actor: UserActor,
  { form, tenantId, request }: ChangeOptions,
): Promise<{ done: string }> {
  if (form.intent === "end-silence") {
    await endSilence(services, actor, { silenceId: form.silenceId, tenantId, request });
    return { done: "The silence has ended" };
  }
  const { kind = null, subjectId = null, maxSeverity, reason, hours } = form;
  if (subjectId !== null) {
    const agents = await listAgentNames(services.db, actor, tenantId ?? actor.tenantId);
    if (!agents.some(({ id }) => id === subjectId)) throw notFound("agent");
  }
  const endsAt = new Date(Date.now() + hours * 3_600_000).toISOString();
  await createSilence(services, actor, {
    ...{ tenantId, request },
    input: { kind, subjectId, maxSeverity, reason, endsAt },
  });
  return { done: "Silenced" };
}
