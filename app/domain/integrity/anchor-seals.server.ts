import type { KeyObject } from "node:crypto";
import { z } from "zod";
import type { Database } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { listSealKeys } from "./seal-keys.server.ts";
import { readStatement, sealStatementSchema, statementDigest } from "./statements.ts";
import { type ArchiveStore, readText } from "./store/archive-store.ts";
import { anchorName, keyName } from "./store-names.ts";

export interface AnchorOptions {
  /** Chains a call; the rest waits for the next one. */
  limit?: number;
  /** Chains at a time. */
  concurrency?: number;
  signal?: AbortSignal;
}

export interface Anchored {
  anchored: number;
  /** Chains whose newest seal could not be written, and why. */
  failures: { tenantId: string; error: Error }[];
}

interface Chain {
  tenant_id: string;
  sequence: string;
  statement: string;
  signature: string;
}

/** A chain's newest seal as the archive store has it. */
export interface Anchor {
  sequence: number;
  /** Of the statement; hex. */
  digest: string;
  statement: string;
  /** Base64. */
  signature: string;
}

const anchorFile = z.strictObject({ statement: z.string(), signature: z.base64() });

/**
 * Writes the newest seal of each chain that has a new one outside of the database, so that seals which
 * vanish from its end are missed. What is there is replaced only while the chain still has it: a chain
 * that was cut does not overwrite what tells of it.
 */
export async function anchorSeals(
  db: Database,
  store: ArchiveStore,
  { limit = 2_000, concurrency = 8, signal }: AnchorOptions = {},
): Promise<Anchored> {
  const chains = await db.withSql(
    (sql) => sql<Chain[]>`
      select chain.tenant_id, chain.sequence, seal.statement, encode(seal.signature, 'base64') as signature
      from audit_chains chain
      join audit_seals seal on seal.tenant_id = chain.tenant_id and seal.sequence = chain.sequence
      where chain.anchored_sequence < chain.sequence
      order by chain.tenant_id
      limit ${limit}
    `,
    { readOnly: true },
  );
  const result: Anchored = { anchored: 0, failures: [] };
  if (chains.length === 0) return result;
  await publishKeys(db, store);
  const waiting = [...chains];
  const work = async () => {
    for (let chain = waiting.pop(); chain !== undefined && !signal?.aborted; chain = waiting.pop()) {
      const tenantId = toTypeId("ten", chain.tenant_id);
      try {
        await anchorChain(db, store, tenantId, chain);
        await note(db, chain, null);
        result.anchored++;
      } catch (cause) {
        const error = cause instanceof Error ? cause : new Error(String(cause));
        result.failures.push({ tenantId, error });
        await note(db, chain, error.message);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return result;
}

/** The chain's newest seal outside of the database; undefined when none was written yet. */
export async function readAnchor(store: ArchiveStore, tenantId: string): Promise<Anchor | undefined> {
  const text = await readText(store, anchorName(tenantId));
  if (text === undefined) return undefined;
  const file = readStatement(anchorFile, text);
  const statement = file && readStatement(sealStatementSchema, file.statement);
  if (file === undefined || statement === undefined)
    throw new Error(`${anchorName(tenantId)} in ${store.place} is not what was written there.`);
  return { ...file, sequence: statement.sequence, digest: statementDigest(file.statement) };
}

/** The key as the archive store has it, in PEM; undefined when it is not there. */
export const readOutsideKey = (store: ArchiveStore, kid: string): Promise<string | undefined> =>
  readText(store, keyName(kid));

export const keyAsPem = (publicKey: KeyObject): string =>
  publicKey.export({ format: "pem", type: "spki" }).toString();

async function anchorChain(
  db: Database,
  store: ArchiveStore,
  tenantId: string,
  { tenant_id, statement, signature }: Chain,
): Promise<void> {
  const anchor = await readAnchor(store, tenantId);
  if (anchor !== undefined) {
    const [seal] = await db.withSql(
      (sql) => sql<{ digest: string }[]>`
        select encode(digest, 'hex') as digest from audit_seals
        where tenant_id = ${tenant_id} and sequence = ${anchor.sequence}
        union all
        -- Of a chain that was silent for so long that its last seal went with an archive.
        select encode(last_digest, 'hex') from audit_archives
        where tenant_id = ${tenant_id} and last_sequence = ${anchor.sequence} and state = 'expired'
        limit 1`,
      { readOnly: true },
    );
    if (seal?.digest !== anchor.digest)
      throw new Error(
        `The chain does not have seal ${anchor.sequence} as it was written to the archive store; that one is kept.`,
      );
  }
  const file: z.output<typeof anchorFile> = { statement, signature: signature.replace(/\s/g, "") };
  await store.put(anchorName(tenantId), `${JSON.stringify(file)}\n`);
}

/** A key that was replaced in the database does not replace itself outside. */
async function publishKeys(db: Database, store: ArchiveStore): Promise<void> {
  const keys = await db.withSql((sql) => listSealKeys(sql), { readOnly: true });
  for (const { kid, publicKey } of keys)
    if ((await readOutsideKey(store, kid)) === undefined) await store.put(keyName(kid), keyAsPem(publicKey));
}

async function note(db: Database, { tenant_id, sequence }: Chain, error: string | null): Promise<void> {
  await db.withSql(
    (sql) => sql`
      update audit_chains set
        anchored_sequence = case
          when ${error}::text is null then greatest(anchored_sequence, ${sequence}::bigint)
          else anchored_sequence
        end,
        anchor_error = ${error}::text
      where tenant_id = ${tenant_id}
    `,
  );
}
