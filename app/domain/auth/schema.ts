import { z } from "zod";
import { type AgentId, type ApiKeyId, parseId, type UserId } from "#db/ids.ts";
import { zonedTimeSchema } from "../zoned-time.ts";
import { keyScopes, type Scope } from "./scopes.ts";

/** A line of text that a person wrote: no control characters, not only spaces. */
export const line = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(maxLength, `must have at most ${maxLength} characters`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused.
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, "must be one line without control characters");

/** What the sign-in form posts. Bounds only: whether it is right is for `sign-in.server.ts`. */
export const signInSchema = z.object({
  email: line(254),
  password: z.string().min(1, "must not be empty").max(1_000, "must have at most 1,000 characters"),
});
export type SignInInput = z.output<typeof signInSchema>;

const agentId = z.custom<AgentId>(
  (value) => parseId(value, "agt") !== undefined,
  "must be an agent id (agt_…)",
);
export const apiKeyIdSchema = z.custom<ApiKeyId>(
  (value) => parseId(value, "key") !== undefined,
  "must be an API key id (key_…)",
);

export const createApiKeySchema = z.strictObject({
  name: line(100),
  /** The agent that it acts as; null: the organisation's own system, a service. */
  agentId: agentId.nullable(),
  /** Default: `defaultAgentKeyScopes`, or `defaultServiceKeyScopes`. Never more than its maker has. */
  scopes: z.array(z.enum(keyScopes)).min(1).max(keyScopes.length).optional(),
  expiresAt: zonedTimeSchema.optional(),
});
export type CreateApiKeyInput = z.output<typeof createApiKeySchema>;

export const apiKeyListLimitMax = 100;

export const apiKeyKinds = ["agent", "service"] as const;
export type ApiKeyKind = (typeof apiKeyKinds)[number];

/** `active`: works now; `ended`: revoked or expired. */
export const apiKeyStates = ["active", "ended"] as const;
export type ApiKeyState = (typeof apiKeyStates)[number];

/** Newest first, onwards from the key that the page before ended with. */
export const listApiKeysSchema = z.strictObject({
  agentId: agentId.optional(),
  kind: z.enum(apiKeyKinds, { error: "must be agent or service" }).optional(),
  state: z.enum(apiKeyStates, { error: "must be active or ended" }).optional(),
  limit: z
    .string()
    .regex(/^\d{1,9}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(1).max(apiKeyListLimitMax))
    .default(apiKeyListLimitMax),
  cursor: apiKeyIdSchema.optional(),
});
export type ListApiKeysQuery = z.output<typeof listApiKeysSchema>;

/** A key as lists show it. The key itself is shown once, by `CreatedApiKey`. */
export interface ApiKeyView {
  id: ApiKeyId;
  name: string;
  agentId: AgentId | null;
  agentName: string | null;
  prefix: string;
  scopes: Scope[];
  /** Null: no person made it. */
  createdBy: { id: UserId; name: string } | null;
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
}

export interface CreatedApiKey extends ApiKeyView {
  key: string;
}

export interface ApiKeyList {
  apiKeys: ApiKeyView[];
  pagination: { limit: number; nextCursor: ApiKeyId | null };
}
