/** Tools that agents ask for, and which they may call: API and pages. Client-safe. */
import { z } from "zod";
import type { AgentId } from "#db/ids.ts";
import { agentIdSchema } from "../messaging/agent-schema.ts";

export const toolNameMaxLength = 200;
/** Of one agent's patterns in either list. */
export const maxToolPatterns = 200;

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused.
const oneLine = /^[^\u0000-\u001f\u007f-\u009f\p{Surrogate}]*$/u;
const line = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(toolNameMaxLength)
  .regex(oneLine, "must be one line without control characters");

/** As the tool calls itself: `fs.read`, `mcp__github__create_issue`. Upper and lower case differ. */
export const toolNameSchema = line;

/** A tool's name, in which each `*` stands for any text: `fs.*`, `*delete*`, `*`. */
export const toolPatternSchema = line.regex(/^\S+$/u, "must have no spaces");

/** No pattern twice, in the order that they came. */
const patterns = z
  .array(toolPatternSchema)
  .max(maxToolPatterns)
  .transform((list) => [...new Set(list)]);

export const toolPolicySchema = z.strictObject({ allow: patterns, deny: patterns });
export type ToolPolicy = z.output<typeof toolPolicySchema>;

/** The same as people type them: one a line. */
export const toolPatternLinesSchema = z
  .string()
  .max(50_000)
  .transform((text, context) => {
    const lines = text
      .split(/\r?\n/)
      .map((one) => one.trim())
      .filter((one) => one !== "");
    const parsed = patterns.safeParse(lines);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const at = issue?.path[0];
    const which = typeof at === "number" ? `“${lines[at]?.slice(0, 40)}” ` : "";
    context.addIssue({ code: "custom", message: `${which}${issue?.message ?? "is no pattern"}` });
    return z.NEVER;
  });

export const checkToolSchema = z.strictObject({
  agentId: agentIdSchema,
  toolName: toolNameSchema,
  /** What the tool would be called with. Only its size is recorded. */
  input: z.json().optional(),
});
export type CheckTool = z.output<typeof checkToolSchema>;

export interface ToolPolicyView extends ToolPolicy {
  agentId: AgentId;
  /** Null: nobody has set one, and it may call every tool. */
  updatedAt: string | null;
}

export const toolBlockReasons = ["denied", "not_allowed", "agent_paused"] as const;
export type ToolBlockReason = (typeof toolBlockReasons)[number];

/** `allowed`: a pattern allows it. `not_restricted`: no pattern allows anything by name, and none denies it. */
export type ToolAllowReason = "allowed" | "not_restricted";

/** Whether a call is allowed, why, and the pattern that decided it. */
export type ToolDecision =
  | { allowed: true; reason: ToolAllowReason; pattern: string | null }
  | { allowed: false; reason: ToolBlockReason; pattern: string | null };

/** A call that was blocked, as the agent's page shows it. */
export interface BlockedToolCall {
  eventId: string;
  at: string;
  tool: string;
  reason: ToolBlockReason;
  pattern: string | null;
}
