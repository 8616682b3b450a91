import type {
  AgentUsageSort,
  QuotaState,
  UsageGrouping,
  UsageMetric,
  UsageWindow,
} from "#app/domain/usage/reading/schema.ts";

export type UsageBase = "/dashboard/usage" | "/admin/usage";

/** What the page's URL says; what is left out is the default. */
export interface UsageChoices {
  window?: UsageWindow | undefined;
  metric?: UsageMetric | undefined;
  by?: UsageGrouping | "tenant" | undefined;
  agentId?: string | undefined;
  tier?: string | undefined;
  model?: string | undefined;
  month?: string | undefined;
  sort?: AgentUsageSort | undefined;
  order?: "asc" | "desc" | undefined;
  search?: string | undefined;
  state?: QuotaState | undefined;
  /** Of those who administer the service: absent, all of them. */
  tenantId?: string | undefined;
}

const searchOf = (values: object): URLSearchParams => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined) search.set(name, String(value));
  return search;
};

export function usageHref(
  base: UsageBase,
  choices: UsageChoices & { cursor?: string | undefined } = {},
): string {
  const text = searchOf(choices).toString();
  return text === "" ? base : `${base}?${text}`;
}

/** Where the same usage is had as a file. */
export const usageExportHref = (
  base: UsageBase,
  format: "csv" | "ndjson",
  { window, agentId, tier, model, tenantId }: UsageChoices,
): string => `${base}/export?${searchOf({ format, window, agentId, tier, model, tenantId })}`;

/** Of the choices those that a form does not have itself, as its hidden fields. */
export const keptChoices = (
  choices: UsageChoices,
  ...names: readonly (keyof UsageChoices)[]
): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = choices[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
