/** Asking people to join an organisation. Client-safe. */
import { z } from "zod";
import { type InvitationId, parseId, type UserId } from "#db/ids.ts";
import { registerSchema, resetPasswordSchema } from "./account-schema.ts";
import { roleSchema } from "./member-schema.ts";
import type { Role } from "./scopes.ts";

/** How long an invitation is open, from when it was last sent. */
export const invitationDays = 7;
/** Of one organisation at a time, the expired ones among them. */
export const maxOpenInvitations = 50;
/** New ones of one organisation. */
export const maxInvitationsPerDay = 200;
/** Until the same person can be written to again. */
export const resendAfterSeconds = 300;

export const invitationIdSchema = z.custom<InvitationId>(
  (value) => parseId(value, "inv") !== undefined,
  "must be an invitation id (inv_…)",
);

export const inviteSchema = z.strictObject({ email: registerSchema.shape.email, role: roleSchema });
export type Invite = z.output<typeof inviteSchema>;

/** What came with the mailed link. Whether it is right is for the use case. */
export const invitationTokenSchema = resetPasswordSchema.shape.token;

/** What somebody new says of themselves. */
export const newPersonSchema = z.strictObject({
  token: invitationTokenSchema,
  name: registerSchema.shape.name,
  password: registerSchema.shape.password,
});
export type NewPerson = z.output<typeof newPersonSchema>;

/** An invitation that has been neither accepted nor revoked. */
export interface InvitationView {
  id: InvitationId;
  email: string;
  role: Role;
  /** Null where whoever it was is no member any more, or no person. */
  invitedBy: { id: UserId; name: string } | null;
  createdAt: string;
  sentAt: string;
  expiresAt: string;
  isExpired: boolean;
}

export type InvitationState = "open" | "expired" | "revoked" | "accepted";

/** What who holds the link is shown. */
export interface ShownInvitation {
  state: InvitationState;
  tenantName: string;
  role: Role;
  email: string;
  /** Whose address it is already; null: nobody's. */
  accountId: UserId | null;
}
