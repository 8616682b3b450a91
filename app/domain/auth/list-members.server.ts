import { and, asc, count, eq, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { type MembershipId, parseId, toUuid } from "#db/ids.ts";
import { memberships, users } from "#db/schema/index.ts";
import { notFound } from "../errors.ts";
import { decodeNamedCursor, encodeNamedCursor } from "../named-cursor.ts";
import type { Actor } from "./actor.ts";
import type { MemberList, MemberListQuery, MemberView } from "./member-schema.ts";
import { isItsPerson, memberColumns, toMemberView } from "./member-view.server.ts";

/** Who belongs to the tenant, in order of name, or those of them that the filters let through. */
export async function listMembers(
  db: Database,
  actor: Actor,
  { limit, cursor, page = 1, search, role }: MemberListQuery,
): Promise<MemberList> {
  const after = cursor === undefined ? undefined : decodeNamedCursor("mem", cursor);
  const isListed = and(
    eq(memberships.tenantId, actor.tenantId),
    role && eq(memberships.role, role),
    search === undefined ? undefined : isFoundBy(search),
  );
  const { rows, total } = await db.asTenant(
    actor.tenantId,
    async (tx) => {
      const [counted] = await tx
        .select({ total: count() })
        .from(memberships)
        .innerJoin(users, isItsPerson)
        .where(isListed);
      const found = await tx
        .select(memberColumns)
        .from(memberships)
        .innerJoin(users, isItsPerson)
        .where(
          and(
            isListed,
            after && sql`(${users.name}, ${memberships.id}) > (${after.name}, ${toUuid(after.id)}::uuid)`,
          ),
        )
        .orderBy(asc(users.name), asc(memberships.id))
        .limit(limit + 1)
        .offset((page - 1) * limit);
      return { rows: found, total: counted?.total ?? 0 };
    },
    { readOnly: true },
  );
  const listed = rows.slice(0, limit).map(toMemberView);
  const last = listed.at(-1);
  return {
    members: listed,
    pagination: {
      total,
      limit,
      nextCursor: rows.length > limit && last !== undefined ? encodeNamedCursor(last) : null,
    },
  };
}

/** Each of the words is in the name or the address, or the whole is the member's id. */
function isFoundBy(search: string) {
  const id = parseId(search, "mem");
  if (id !== undefined) return eq(memberships.id, id);
  const text = sql`lower(${users.name} || ' ' || ${users.email})`;
  const words = search.split(/\s+/).filter((word) => word !== "");
  return and(...words.map((word) => sql`strpos(${text}, lower(${word})) > 0`));
}

/** @throws AppError not_found for another tenant's or no member. */
export async function readMember(
  db: Database,
  actor: Actor,
  membershipId: MembershipId,
): Promise<MemberView> {
  const member = await findMember(db, actor, membershipId);
  if (member === undefined) throw notFound("member");
  return member;
}

/** The member; undefined for another tenant's or none. */
export async function findMember(
  db: Database,
  actor: Actor,
  membershipId: MembershipId,
): Promise<MemberView | undefined> {
  const [row] = await db.asTenant(
    actor.tenantId,
    (tx) =>
      tx
        .select(memberColumns)
        .from(memberships)
        .innerJoin(users, isItsPerson)
        .where(and(eq(memberships.tenantId, actor.tenantId), eq(memberships.id, membershipId))),
    { readOnly: true },
  );
  return row && toMemberView(row);
}
