import type postgres from "postgres";
import type { Database, Sql } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { keyAsPem } from "./anchor-seals.server.ts";
import { requireActivityScope } from "./require-activity-scope.ts";
import type { SealDetail, SealList, SealListQuery, SealView } from "./schema.ts";
import { listSealKeys } from "./seal-keys.server.ts";
import { readStatement, sealStatementSchema } from "./statements.ts";

interface SealRow {
  sequence: string;
  statement: string;
  signature: Buffer;
  digest: string;
  is_archived: boolean;
}

/** The tenant's seals, newest first. */
export async function listSeals(
  db: Database,
  actor: Actor,
  { limit, cursor }: SealListQuery,
): Promise<SealList> {
  requireActivityScope(actor);
  const rows = await db.asTenantSql(
    actor.tenantId,
    (sql) =>
      selectSeals(
        sql,
        sql`
          where tenant_id = ${toUuid(actor.tenantId)}
            ${cursor === undefined ? sql`` : sql`and sequence < ${cursor}`}
          order by sequence desc limit ${limit + 1}
        `,
      ),
    { readOnly: true },
  );
  const seals = rows.slice(0, limit).map(toSealView);
  return { seals, nextCursor: rows.length > limit ? String(seals.at(-1)?.sequence) : null };
}

/** A seal with what it takes to check it. */
export async function readSeal(db: Database, actor: Actor, sequence: number): Promise<SealDetail> {
  requireActivityScope(actor);
  const detail = await db.asTenantSql(actor.tenantId, (sql) => selectSeal(sql, actor, sequence), {
    readOnly: true,
  });
  if (detail === undefined) throw notFound("seal");
  return detail;
}

/** On a transaction as the tenant; undefined when there is none of that number. */
export async function selectSeal(sql: Sql, actor: Actor, sequence: number): Promise<SealDetail | undefined> {
  const [row] = await selectSeals(
    sql,
    sql`where tenant_id = ${toUuid(actor.tenantId)} and sequence = ${sequence}`,
  );
  if (row === undefined) return undefined;
  const view = toSealView(row);
  const key = (await listSealKeys(sql)).find(({ kid }) => kid === view.kid);
  return {
    ...view,
    statement: row.statement,
    signature: row.signature.toString("base64"),
    publicKey: key === undefined ? "" : keyAsPem(key.publicKey),
  };
}

const selectSeals = (sql: Sql, where: postgres.PendingQuery<postgres.Row[]>): Promise<SealRow[]> => sql<
  SealRow[]
>`
  select sequence, statement, signature, encode(digest, 'hex') as digest, event_ids is null as is_archived
  from audit_seals ${where}
`;

function toSealView({ sequence, statement: text, digest, is_archived }: SealRow): SealView {
  const statement = readStatement(sealStatementSchema, text);
  if (statement === undefined) throw new Error(`Seal ${sequence} does not say what a seal says.`);
  const { events, fromAt, toAt, sealedAt, root, previous, kid } = statement;
  return {
    ...{ sequence: Number(sequence), events, fromAt, toAt, sealedAt, digest, root, previous, kid },
    isArchived: is_archived,
  };
}
