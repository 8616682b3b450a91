import type { Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { exactTime } from "./audit-log-row.ts";

/**
 * Whose names and texts were asked to be erased: by the ids that events carry of them, up to when (ISO 8601
 * in UTC, to the microsecond). Of people; agents are programs, and stay named.
 */
export type ErasedSubjects = ReadonlyMap<string, string>;

/** Both ids by which events name a person: the membership's, and the user's where it is known. */
export const subjectIdsOf = (membershipUuid: string, userUuid: string | null): string[] => [
  toTypeId("mem", membershipUuid),
  ...(userUuid === null ? [] : [toTypeId("usr", userUuid)]),
];

/** Everybody of the tenant whose texts somebody asked to have erased, whether that has been done yet or not. */
export async function readErasedSubjects(sql: Sql, tenantUuid: string): Promise<ErasedSubjects> {
  const asked = await sql<{ subject_id: string; user_id: string | null; until: string }[]>`
    select subject_id, user_id, ${sql.unsafe(exactTime("max(created_at)"))} as until
    from erasures where tenant_id = ${tenantUuid} and subject_kind = 'member'
    group by subject_id, user_id
    order by max(created_at)`;
  // Who was a member twice is asked about twice, and the later request holds for the person.
  return new Map(
    asked.flatMap(({ subject_id, user_id, until }) =>
      subjectIdsOf(subject_id, user_id).map((id): [string, string] => [id, until]),
    ),
  );
}
