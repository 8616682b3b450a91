import { z } from "zod";
import { tenantIdSchema } from "#app/domain/platform/schema.ts";
import { addDays, dayOf } from "#app/domain/usage/reading/days.ts";
import {
  agentUsageQuerySchema,
  daysOfWindow,
  type UsageWindow,
  usageFilterFields,
  usageGroupings,
  usageMetrics,
  usageWindows,
} from "#app/domain/usage/reading/schema.ts";
import { orEmpty } from "./or-empty.server.ts";

const { month, search, state, cursor } = agentUsageQuerySchema.shape;

/** Which usage is looked at, as the page and what is downloaded from there have it in their URL. */
export const usageFilterQuery = {
  window: orEmpty(z.enum(usageWindows)),
  agentId: orEmpty(usageFilterFields.agentId),
  tier: orEmpty(usageFilterFields.tier),
  model: orEmpty(usageFilterFields.model),
};

export const usagePageQuery = {
  ...usageFilterQuery,
  metric: orEmpty(z.enum(usageMetrics)),
  by: orEmpty(z.enum([...usageGroupings, "tenant"])),
  month: orEmpty(month),
  sort: orEmpty(z.enum(["name", "tokens", "cost", "percent"])),
  order: orEmpty(z.enum(["asc", "desc"])),
  search: orEmpty(search),
  state: orEmpty(state),
  cursor: orEmpty(cursor),
};
export type UsagePageQuery = z.infer<z.ZodObject<typeof usagePageQuery>>;

export const usageTenantQuery = { tenantId: orEmpty(tenantIdSchema) };

/** A window as the days that it stands for now. */
export function daysAt(window: UsageWindow, nowMs: number): { from: string; to: string } {
  const to = dayOf(nowMs);
  return { from: addDays(to, 1 - daysOfWindow[window]), to };
}
