import type { Sql } from "#db/database.ts";
import { type TenantId, toUuid } from "#db/ids.ts";
import { AppError, type FieldError, notFound } from "../errors.ts";
import { hasKind } from "./ensure-rules.server.ts";
import { definitionOf, type RuleKind, type ThresholdUnit } from "./rule-kinds.ts";
import type { CreateRuleInput, UpdateRuleInput } from "./rule-schema.ts";

/**
 * What a threshold may be at most. Of a quota or a budget more than all can be used; what is counted towards a
 * number of occurrences is read again with each that comes.
 */
const mostOf: Record<Exclude<ThresholdUnit, "none">, number> = {
  occurrences: 10_000,
  percent: 1_000,
  seconds: 7 * 86_400,
};

/**
 * Refuses numbers that the kind has no use for or that are out of its bounds, naming each field.
 * @throws AppError invalid_input
 */
export function checkNumbers(
  kind: RuleKind,
  { threshold, windowSeconds }: Pick<UpdateRuleInput, "threshold" | "windowSeconds">,
): void {
  const { unit, label, windowSeconds: ownWindow } = definitionOf(kind);
  const errors: FieldError[] = [];
  const most = kind === "error_rate" ? 100 : unit === "none" ? undefined : mostOf[unit];
  if (threshold !== undefined && most === undefined)
    errors.push({ path: "threshold", message: `has no meaning for “${label}”: whatever is found is told` });
  if (threshold !== undefined && most !== undefined && threshold > most)
    errors.push({ path: "threshold", message: `must be at most ${most} ${unit} for “${label}”` });
  if (windowSeconds !== undefined && ownWindow === null)
    errors.push({ path: "windowSeconds", message: `has no meaning for “${label}”` });
  refuse(errors);
}

/** @throws AppError invalid_input; not_found for an agent that is not there */
export async function checkNewRule(
  sql: Sql,
  tenantId: TenantId,
  { kind, agentId, ...settings }: CreateRuleInput,
): Promise<void> {
  const { byAgent, label } = definitionOf(kind);
  if (!hasKind(tenantId, kind))
    refuse([
      { path: "kind", message: `“${label}” is looked for by the service itself, not by an organisation` },
    ]);
  if (agentId !== null && !byAgent)
    refuse([{ path: "agentId", message: `has no meaning for “${label}”, which is not about one agent` }]);
  checkNumbers(kind, settings);
  if (agentId !== null) {
    const [agent] = await sql`
      select from agents where tenant_id = ${toUuid(tenantId)} and id = ${toUuid(agentId)}`;
    if (agent === undefined) throw notFound("agent");
  }
  await checkChannels(sql, tenantId, settings.channelIds);
}

/** @throws AppError invalid_input, naming the first channel that is not there */
export async function checkChannels(
  sql: Sql,
  tenantId: TenantId,
  channelIds: UpdateRuleInput["channelIds"],
): Promise<void> {
  if (channelIds === undefined || channelIds === null || channelIds.length === 0) return;
  const known = await sql<{ id: string }[]>`
    select id from alert_channels
    where tenant_id = ${toUuid(tenantId)} and removed_at is null
      and id = any(${channelIds.map((id) => toUuid(id))}::uuid[])`;
  const uuids = new Set(known.map(({ id }) => id));
  const missing = channelIds.findIndex((id) => !uuids.has(toUuid(id)));
  if (missing !== -1) refuse([{ path: `channelIds.${missing}`, message: "is no channel of yours" }]);
}

function refuse(errors: FieldError[]): void {
  const [first] = errors;
  if (first !== undefined) throw new AppError("invalid_input", `${first.path} ${first.message}.`, { errors });
}
