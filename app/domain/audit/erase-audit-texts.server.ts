import type { Sql } from "#db/database.ts";

export interface EraseTextsOptions {
  tenantUuid: string;
  /** Ids, as events carry them, of who did it or whom it was done to. */
  subjects: readonly string[];
  /** Later events are left; the database's text of a time. */
  until: string;
  /** Events a call. */
  limit: number;
}

/**
 * Erases the names, addresses and texts of audit events, with the salts of their commitments: nothing is
 * left of them, and the events' seals hold. Gives of how many; fewer than the limit: of all.
 */
export async function eraseAuditTexts(
  sql: Sql,
  { tenantUuid, subjects, until, limit }: EraseTextsOptions,
): Promise<number> {
  const [row] = await sql<{ erased: number }[]>`
    select erase_audit_texts(
      ${tenantUuid}::uuid, ${[...subjects]}::text[], ${until}::text::timestamptz, ${limit}
    ) as erased`;
  return row?.erased ?? 0;
}
