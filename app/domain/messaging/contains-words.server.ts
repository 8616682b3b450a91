import type postgres from "postgres";
import type { Sql } from "#db/database.ts";

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** More words than this are not told apart. */
const maxWords = 6;

/** SQL: the text has every word of `q`, in any order and case. */
export function containsWords(sql: Sql, text: Fragment, q: string): Fragment {
  const patterns = q
    .split(/\s+/u)
    .filter(Boolean)
    .slice(0, maxWords)
    .map((word) => `%${escapeLike(word)}%`);
  return sql`${text} ilike all (${patterns}::text[])`;
}

export const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`);
