import { and, eq, sql } from "drizzle-orm";
import type { MembershipId, UserId } from "#db/ids.ts";
import { memberships, sessions, users } from "#db/schema/index.ts";
import type { MemberView } from "./member-schema.ts";
import type { Role } from "./scopes.ts";

/** What is read of a person's place in a tenant. */
export const memberColumns = {
  id: memberships.id,
  userId: memberships.userId,
  name: users.name,
  email: users.email,
  role: memberships.role,
  createdAt: memberships.createdAt,
  lastActiveAt: sql<string | null>`(
    select to_char(max(${sessions.lastUsedAt}) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    from ${sessions}
    where ${and(eq(sessions.tenantId, memberships.tenantId), eq(sessions.userId, memberships.userId))}
  )`,
};

export const isItsPerson = eq(users.id, memberships.userId);

export interface MemberRow {
  id: MembershipId;
  userId: UserId;
  name: string;
  email: string;
  role: string;
  createdAt: Date;
  lastActiveAt: string | null;
}

/** The cast is what the table's CHECK constraint guarantees. */
export const toMemberView = ({ createdAt, role, ...same }: MemberRow): MemberView => ({
  ...same,
  role: role as Role,
  joinedAt: createdAt.toISOString(),
});
