/** Signing in over the API: what is sent, and what it answers. Client-safe. */
import { z } from "zod";
import { parseId, type TenantId, type UserId } from "#db/ids.ts";
import { agentTokenMaxSeconds, agentTokenMinSeconds } from "./access-token-lifetime.ts";
import type { Actor } from "./actor.ts";
import { signInSchema } from "./schema.ts";
import type { Role, Scope } from "./scopes.ts";

export const apiLoginSchema = z.strictObject({
  ...signInSchema.shape,
  /** Where to, for a person of several tenants; their oldest otherwise. */
  tenantId: z
    .custom<TenantId>((value) => parseId(value, "ten") !== undefined, "must be a tenant id (ten_…)")
    .optional(),
});

/** Whether it is one of ours is not said apart from whether it holds. */
export const refreshSchema = z.strictObject({ refreshToken: z.string().min(1).max(200) });

export const agentTokenSchema = z.strictObject({
  expiresInSeconds: z
    .int()
    .min(agentTokenMinSeconds, `must be at least ${agentTokenMinSeconds}`)
    .max(agentTokenMaxSeconds, `must be at most ${agentTokenMaxSeconds}`)
    .default(agentTokenMaxSeconds),
});

/** A person as the tenant knows them that they are signed in to. */
export interface PersonView {
  id: UserId;
  name: string;
  email: string;
  emailVerified: boolean;
  role: Role;
  platformAdmin: boolean;
}

export interface TenantView {
  id: TenantId;
  name: string;
}

/** A sign-in over the API, begun or renewed. */
export interface ApiSession {
  user: PersonView;
  tenant: TenantView;
  accessToken: string;
  refreshToken: string;
  /** Seconds until the access token has to be renewed. */
  expiresIn: number;
}

export interface AgentToken {
  accessToken: string;
  expiresIn: number;
}

/** Who a request comes from, and what they may do. */
export interface Identity {
  actor: Pick<Actor, "kind" | "id" | "name">;
  user?: PersonView;
  tenant: TenantView;
  scopes: Scope[];
}
