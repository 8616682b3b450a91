import type { Database, Sql } from "#db/database.ts";
import type { SecretBox } from "./secret-box.server.ts";

/** What became of sealed secrets. */
export interface Resealed {
  /** Rows that are sealed with the newest key now … */
  resealed: number;
  /** … and those that were before. */
  current: number;
  /** Whose secrets no key that is known here opens. */
  unreadable: string[];
}

type Sealed = Buffer | null;

interface ResealRows<R> {
  secrets: SecretBox;
  /** The next rows in the order of their keys, locked. */
  page(sql: Sql, after: R | undefined, limit: number): PromiseLike<readonly R[]>;
  /** As the box names whose secret it is. */
  ownerOf(row: R): string;
  sealedOf(row: R): readonly Sealed[];
  write(sql: Sql, row: R, sealed: readonly Sealed[]): PromiseLike<unknown>;
}

const pageSize = 100;

/**
 * Seals all rows of a kind with the newest key, a page a transaction: who changes a secret meanwhile waits
 * for one page, and what was done stays done.
 */
export async function resealRows<R>(db: Database, options: ResealRows<R>): Promise<Resealed> {
  const done: Resealed = { resealed: 0, current: 0, unreadable: [] };
  for (let after: R | undefined; ; ) {
    const rows = await db.withSql(async (sql) => {
      const page = await options.page(sql, after, pageSize);
      for (const row of page) await resealRow(sql, options, row, done);
      return page;
    });
    after = rows.at(-1);
    if (rows.length < pageSize) return done;
  }
}

async function resealRow<R>(
  sql: Sql,
  { secrets, ownerOf, sealedOf, write }: ResealRows<R>,
  row: R,
  done: Resealed,
): Promise<void> {
  const owner = ownerOf(row);
  const before = sealedOf(row);
  let after: Sealed[];
  try {
    after = before.map((sealed) => (sealed === null ? null : (secrets.reseal(owner, sealed) ?? sealed)));
  } catch {
    done.unreadable.push(owner);
    return;
  }
  if (after.every((sealed, n) => sealed === before[n])) {
    done.current++;
    return;
  }
  await write(sql, row, after);
  done.resealed++;
}
