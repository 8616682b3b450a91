import { and, desc, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import type { MembershipId } from "#db/ids.ts";
import { memberships, sessions, tenants } from "#db/schema/index.ts";
import { recordReading } from "../audit/record-reading.server.ts";
import { AppError, notFound } from "../errors.ts";
import type { Actor, RequestInfo, UserActor } from "./actor.ts";
import { describeDevice } from "./describe-device.ts";
import type { SessionView } from "./session-schema.ts";

/** More than that nobody looks through. */
const listed = 100;

/**
 * A person's own sessions that have not ended, in every tenant of theirs, the last used first. As the
 * system role, by the person: other tenants are theirs to see as far as they belong to them.
 */
export async function listOwnSessions(
  db: Database,
  actor: UserActor,
  { ipHash }: Pick<RequestInfo, "ipHash">,
): Promise<SessionView[]> {
  const rows = await db.asSystem((tx) => findSessions(tx, eq(memberships.userId, actor.id)), {
    readOnly: true,
  });
  return rows.map((row) => ({
    ...toSessionView(row),
    isThisNetwork: row.ipHash === null || ipHash === null ? null : row.ipHash.equals(ipHash),
    isCurrent: row.id === actor.credential.id,
  }));
}

/**
 * A member's sessions in the actor's tenant; what they do in others is not this tenant's to see. That
 * somebody else looks at them is recorded.
 * @throws AppError forbidden without `members:write`; not_found.
 */
export async function listMemberSessions(
  db: Database,
  actor: Actor,
  membershipId: MembershipId,
  request: RequestInfo,
): Promise<SessionView[]> {
  if (!actor.scopes.has("members:write"))
    throw new AppError("forbidden", "This needs the right members:write.");
  const isMember = and(eq(memberships.tenantId, actor.tenantId), eq(memberships.id, membershipId));
  const rows = await db.asTenant(
    actor.tenantId,
    async (tx) => {
      const [member] = await tx.select({ id: memberships.id }).from(memberships).where(isMember);
      if (member === undefined) throw notFound("member");
      return findSessions(tx, isMember);
    },
    { readOnly: true },
  );
  if (actor.kind !== "user" || actor.membershipId !== membershipId)
    await recordReading(db, {
      ...{ tenantId: actor.tenantId, actor, request },
      ...{ action: "member.sessions.read", resource: { id: membershipId }, details: {} },
    });
  return rows.map((row) => ({
    ...toSessionView(row),
    isCurrent: actor.kind === "user" && row.id === actor.credential.id,
  }));
}

/** By way of the memberships, whose indexes lead to a person's sessions in each tenant. */
const findSessions = (tx: Tx, whose: SQL | undefined) =>
  tx
    .select({
      id: sessions.id,
      tenantId: tenants.id,
      tenantName: tenants.name,
      kind: sessions.kind,
      userAgent: sessions.userAgent,
      ipHash: sessions.ipHash,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
      expiresAt: sessions.expiresAt,
    })
    .from(memberships)
    .innerJoin(
      sessions,
      and(eq(sessions.tenantId, memberships.tenantId), eq(sessions.userId, memberships.userId)),
    )
    .innerJoin(tenants, eq(tenants.id, memberships.tenantId))
    .where(and(whose, isNull(sessions.revokedAt), sql`${sessions.expiresAt} > now()`))
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.id))
    .limit(listed);

type SessionRow = Awaited<ReturnType<typeof findSessions>>[number];

function toSessionView(row: SessionRow): SessionView {
  const { name, isPhone } = describeDevice(row.userAgent);
  return {
    id: row.id,
    tenant: { id: row.tenantId, name: row.tenantName },
    kind: row.kind === "api" ? "api" : "browser",
    device: name,
    isPhone,
    isThisNetwork: null,
    startedAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    isCurrent: false,
  };
}
