import { eq, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import type { InvitationId, TenantId } from "#db/ids.ts";
import { invitations, tenants, users } from "#db/schema/index.ts";
import { AppError, notFound } from "../errors.ts";
import { digestLinkToken, isWellFormedLinkToken } from "../mail/link-tokens.server.ts";
import type { InvitationState, ShownInvitation } from "./invitation-schema.ts";
import type { Role } from "./scopes.ts";

export interface FoundInvitation extends ShownInvitation {
  id: InvitationId;
  tenantId: TenantId;
}

/**
 * The invitation whose link this token is from; undefined for one that never was, was replaced by a later
 * link, or is of a suspended organisation. Unscoped: the token is what names the tenant.
 */
export const unsafeReadInvitation = (db: Database, token: string): Promise<FoundInvitation | undefined> =>
  db.asSystem((tx) => unsafeFindInvitation(tx, token), { readOnly: true });

/** The same on the caller's transaction. */
export async function unsafeFindInvitation(tx: Tx, token: string): Promise<FoundInvitation | undefined> {
  if (!isWellFormedLinkToken(token)) return undefined;
  const [row] = await tx
    .select({
      id: invitations.id,
      tenantId: invitations.tenantId,
      tenantName: tenants.name,
      tenantStatus: tenants.status,
      role: invitations.role,
      email: invitations.email,
      accountId: users.id,
      acceptedAt: invitations.acceptedAt,
      revokedAt: invitations.revokedAt,
      isExpired: sql<boolean>`${invitations.expiresAt} <= now()`,
    })
    .from(invitations)
    .innerJoin(tenants, eq(tenants.id, invitations.tenantId))
    .leftJoin(users, eq(users.email, invitations.email))
    .where(eq(invitations.tokenHash, digestLinkToken(token)));
  if (row === undefined || row.tenantStatus !== "active") return undefined;
  const { id, tenantId, tenantName, role, email, accountId } = row;
  return { id, tenantId, tenantName, role: role as Role, email, accountId, state: stateOf(row) };
}

function stateOf(row: {
  acceptedAt: Date | null;
  revokedAt: Date | null;
  isExpired: boolean;
}): InvitationState {
  if (row.acceptedAt !== null) return "accepted";
  if (row.revokedAt !== null) return "revoked";
  return row.isExpired ? "expired" : "open";
}

const sentences: Record<Exclude<InvitationState, "open">, string> = {
  accepted: "This invitation has been accepted already.",
  revoked: "This invitation was taken back.",
  expired: "This invitation has expired. Ask for another one.",
};

/** @throws AppError not_found; conflict for one that is not open any more. */
export function requireOpenInvitation(found: FoundInvitation | undefined): FoundInvitation {
  if (found === undefined) throw notFound("invitation");
  if (found.state !== "open") throw new AppError("conflict", sentences[found.state]);
  return found;
}
