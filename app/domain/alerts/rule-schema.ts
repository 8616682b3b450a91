/** Alert rules and silences: API and pages. Client-safe. */
import { z } from "zod";
import { type AgentId, type AlertChannelId, type AlertRuleId, parseId, type SilenceId } from "#db/ids.ts";
import { agentIdSchema } from "../messaging/agent-schema.ts";
import { type RuleKind, ruleKindNames, type Severity, severities } from "./rule-kinds.ts";

export interface RuleView {
  id: AlertRuleId;
  kind: RuleKind;
  builtIn: boolean;
  name: string;
  agentId: AgentId | null;
  agentName: string | null;
  enabled: boolean;
  severity: Severity;
  threshold: number;
  windowSeconds: number;
  cooldownSeconds: number;
  /** Null: all channels that let it through. */
  channelIds: AlertChannelId[] | null;
  /** Of its alerts that are not resolved. */
  openAlerts: number;
  updatedAt: string;
}

export const ruleIdSchema = z.custom<AlertRuleId>(
  (value) => parseId(value, "rul") !== undefined,
  "must be an alert rule id (rul_…)",
);
export const channelIdSchema = z.custom<AlertChannelId>(
  (value) => parseId(value, "chn") !== undefined,
  "must be an alert channel id (chn_…)",
);
export const silenceIdSchema = z.custom<SilenceId>(
  (value) => parseId(value, "sil") !== undefined,
  "must be a silence id (sil_…)",
);

const settings = {
  name: z.string().trim().min(1).max(100),
  enabled: z.boolean(),
  severity: z.enum(severities),
  threshold: z.int().min(1).max(1_000_000),
  windowSeconds: z.int().min(10).max(86_400),
  cooldownSeconds: z.int().min(0).max(604_800),
  channelIds: z.array(channelIdSchema).max(50).nullable(),
};

/** What is left out is as the kind has it. */
export const createRuleSchema = z.strictObject({
  kind: z.enum(ruleKindNames),
  agentId: agentIdSchema.nullable().default(null),
  ...z.strictObject(settings).partial().shape,
});
export type CreateRuleInput = z.output<typeof createRuleSchema>;

export const updateRuleSchema = z
  .strictObject(settings)
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, { error: "must change something" });
export type UpdateRuleInput = z.output<typeof updateRuleSchema>;

export const createSilenceSchema = z.strictObject({
  kind: z.enum(ruleKindNames).nullable().default(null),
  subjectId: z.string().min(1).max(200).nullable().default(null),
  /** Alerts up to this severity are silenced. */
  maxSeverity: z.enum(severities).default("critical"),
  reason: z.string().trim().min(1).max(500),
  endsAt: z.iso.datetime({ offset: true }),
});
export type CreateSilenceInput = z.output<typeof createSilenceSchema>;

export interface SilenceView {
  id: SilenceId;
  kind: RuleKind | null;
  subjectId: string | null;
  subjectName: string | null;
  maxSeverity: Severity;
  reason: string;
  startsAt: string;
  endsAt: string;
  createdBy: string | null;
  isActive: boolean;
}

export const preferencesSchema = z.strictObject({
  minSeverity: z.enum(severities),
  mutedKinds: z.array(z.enum(ruleKindNames)).max(50),
});
/** What a person's bell shows. */
export type BellPreferences = z.output<typeof preferencesSchema>;
