import { toTypeId } from "#db/ids.ts";
import { csvRow } from "../../csv.ts";

/** A row of the export as the database gives it: figures as text, since they are 64 bits wide. */
export interface ExportedUsage {
  tenant_id: string;
  tenant_name: string;
  day: string;
  agent_id: string;
  agent_name: string;
  model_tier: string;
  model: string;
  provider: string;
  events: string;
  input_tokens: string;
  output_tokens: string;
  cached_tokens: string;
  thinking_tokens: string;
  cost_micros: string;
  late_events: string;
}

const columns: readonly [name: string, of: (row: ExportedUsage) => string | number][] = [
  ["day", (row) => row.day],
  ["tenant_id", (row) => toTypeId("ten", row.tenant_id)],
  ["tenant_name", (row) => row.tenant_name],
  ["agent_id", (row) => toTypeId("agt", row.agent_id)],
  ["agent_name", (row) => row.agent_name],
  ["tier", (row) => row.model_tier],
  ["model", (row) => row.model],
  ["provider", (row) => row.provider],
  ["events", (row) => row.events],
  ["input_tokens", (row) => row.input_tokens],
  ["output_tokens", (row) => row.output_tokens],
  ["cached_tokens", (row) => row.cached_tokens],
  ["thinking_tokens", (row) => row.thinking_tokens],
  ["cost_usd", (row) => dollarsOf(row.cost_micros)],
  ["late_events", (row) => row.late_events],
];

export const usageCsvHeader = csvRow(columns.map(([name]) => name));

export const usageCsvLine = (row: ExportedUsage): string => csvRow(columns.map(([, of]) => of(row)));

export const usageNdjsonLine = (row: ExportedUsage): string =>
  `${JSON.stringify({
    day: row.day,
    tenantId: toTypeId("ten", row.tenant_id),
    tenantName: row.tenant_name,
    agentId: toTypeId("agt", row.agent_id),
    agentName: row.agent_name,
    tier: row.model_tier,
    model: row.model,
    provider: row.provider,
    events: Number(row.events),
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    cachedTokens: Number(row.cached_tokens),
    thinkingTokens: Number(row.thinking_tokens),
    costMicros: Number(row.cost_micros),
    lateEvents: Number(row.late_events),
  })}\n`;

/** "1.230000" of 1,230,000: whole in text, since a double is not. */
function dollarsOf(micros: string): string {
  const digits = micros.padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
