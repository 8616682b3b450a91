import type { Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { exactTime } from "./audit-log-row.ts";

/**
 * Whose names and texts were asked to be erased: by the ids that events carry of them, up to when (ISO 8601
 * in UTC, to the microsecond). Of people; agents are programs, and stay named.
 */
export type ErasedSubjects = ReadonlyMap<string, string>;

/** Both ids by which events name a person: the membership's, and the user's, which a membership that ended is asked of the trail. */
export async function subjectIdsOf(sql: Sql, tenantUuid: string, membershipUuid: string): Promise<string[]> {
  const [ids] = await idsOf(sql, tenantUuid, [membershipUuid]);
  return ids ?? [];
}

/** Everybody of the tenant whose texts somebody asked to have erased, whether that has been done yet or not. */
export async function readErasedSubjects(sql: Sql, tenantUuid: string): Promise<ErasedSubjects> {
  const asked = await sql<{ subject_id: string; until: string }[]>`
    select subject_id, ${sql.unsafe(exactTime("max(created_at)"))} as until
    from erasures where tenant_id = ${tenantUuid} and subject_kind = 'member'
    group by subject_id`;
  const subjects = await idsOf(
    sql,
    tenantUuid,
    asked.map(({ subject_id }) => subject_id),
  );
  return new Map(
    subjects.flatMap((ids, n) => ids.map((id): [string, string] => [id, asked[n]?.until ?? ""])),
  );
}

/** For each membership the ids of its person, in the same order. */
async function idsOf(sql: Sql, tenantUuid: string, membershipUuids: readonly string[]): Promise<string[][]> {
  if (membershipUuids.length === 0) return [];
  const members = await sql<{ id: string; user_id: string }[]>`
    select id, user_id from memberships
    where tenant_id = ${tenantUuid} and id = any(${[...membershipUuids]}::uuid[])`;
  const userOf = new Map(members.map(({ id, user_id }) => [toTypeId("mem", id), toTypeId("usr", user_id)]));
  const memberIds = membershipUuids.map((uuid) => toTypeId("mem", uuid));
  const gone = memberIds.filter((id) => !userOf.has(id));
  const removed =
    gone.length === 0
      ? []
      : await sql<{ resource_id: string; user_id: string | null }[]>`
          select resource_id, details->>'userId' as user_id from audit_events
          where tenant_id = ${tenantUuid} and action = 'membership.removed'
            and resource_id = any(${gone}::text[])`;
  const formerUserOf = new Map(removed.map(({ resource_id, user_id }) => [resource_id, user_id]));
  return memberIds.map((id) => {
    const userId = userOf.get(id) ?? formerUserOf.get(id);
    return userId == null ? [id] : [id, userId];
  });
}
