/** A person's sessions and the organisations that they can be in. Client-safe. */
import { z } from "zod";
import { parseId, type SessionId, type TenantId } from "#db/ids.ts";
import { membershipIdSchema } from "./member-schema.ts";
import type { Role } from "./scopes.ts";

export const sessionIdSchema = z.custom<SessionId>(
  (value) => parseId(value, "ses") !== undefined,
  "must be a session id (ses_…)",
);

export const tenantIdSchema = z.custom<TenantId>(
  (value) => parseId(value, "ten") !== undefined,
  "must be an organisation id (ten_…)",
);

/** One's own everywhere, or those of a member of one's organisation, for who may manage members. */
export const sessionListSchema = z.strictObject({ memberId: membershipIdSchema.optional() });
export type SessionListQuery = z.output<typeof sessionListSchema>;

export interface SessionView {
  id: SessionId;
  tenant: { id: TenantId; name: string };
  kind: "browser" | "api";
  /** "Firefox on Linux"; what the client said of itself. */
  device: string;
  isPhone: boolean;
  /** Whether it began on the network of who asks; null where that is not known, or is nobody's business. */
  isThisNetwork: boolean | null;
  startedAt: string;
  lastUsedAt: string;
  expiresAt: string;
  /** The one that asks. */
  isCurrent: boolean;
}

/** An organisation that a person belongs to. */
export interface OwnTenant {
  id: TenantId;
  name: string;
  role: Role;
  /** The one that they are in now. */
  isCurrent: boolean;
}
