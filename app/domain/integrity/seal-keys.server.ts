import { createPublicKey, type KeyObject } from "node:crypto";
import type { Database, Sql } from "#db/database.ts";
import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { SecretBox } from "../auth/secret-box.server.ts";
import { makeSigningKey, openSigningKey } from "../auth/signing-key.server.ts";
import { systemActor } from "../auth/system-actor.ts";

/** The key that signs seals now. */
export interface SealKey {
  kid: string;
  privateKey: KeyObject;
}

/** What seals are checked with; retired ones too, for what they have signed is kept. */
export interface SealPublicKey {
  kid: string;
  publicKey: KeyObject;
  isRetired: boolean;
}

interface KeyRow {
  kid: string;
  private_key: Buffer;
}

/**
 * The key that signs seals; made by the first who asks. One that this server's secret key does not open
 * (it was changed) is retired, and another takes its place.
 */
export async function ensureSealKey(db: Database, secrets: SecretBox): Promise<SealKey> {
  const found = await db.withSql(readCurrent, { readOnly: true });
  return (
    (found && openKey(secrets, found)) ??
    db.withSql(async (sql) => {
      // Servers that start together make one key.
      await sql`select pg_advisory_xact_lock(hashtext('signalbox.seal_key'))`;
      const current = await readCurrent(sql);
      return (current && openKey(secrets, current)) ?? replaceKey(sql, secrets, current?.kid ?? null);
    })
  );
}

export async function listSealKeys(sql: Sql): Promise<SealPublicKey[]> {
  const rows = await sql<{ kid: string; public_key: Buffer; is_retired: boolean }[]>`
    select kid, public_key, retired_at is not null as is_retired
    from signing_keys where purpose = 'seal' order by created_at, kid
  `;
  return rows.map(({ kid, public_key, is_retired }) => ({
    kid,
    publicKey: createPublicKey({ key: public_key, format: "der", type: "spki" }),
    isRetired: is_retired,
  }));
}

async function readCurrent(sql: Sql): Promise<KeyRow | undefined> {
  const [row] = await sql<KeyRow[]>`
    select kid, private_key from signing_keys where purpose = 'seal' and retired_at is null`;
  return row;
}

function openKey(secrets: SecretBox, { kid, private_key }: KeyRow): SealKey | undefined {
  try {
    return { kid, privateKey: openSigningKey(secrets, { kid, privateKey: private_key }) };
  } catch {
    // Sealed with another secret key, which nobody has any more: it can only be replaced.
    return undefined;
  }
}

async function replaceKey(sql: Sql, secrets: SecretBox, replaced: string | null): Promise<SealKey> {
  const key = await makeSigningKey(secrets);
  await sql`update signing_keys set retired_at = now() where purpose = 'seal' and retired_at is null`;
  await sql`
    insert into signing_keys (kid, purpose, public_key, private_key)
    values (${key.kid}, 'seal', ${key.publicKey}, ${key.privateKey})`;
  await insertAuditEvents(sql, [
    {
      tenantId: SYSTEM_TENANT_ID,
      actor: systemActor(SYSTEM_TENANT_ID, "keys"),
      action: "signing_key.rotated",
      resource: { id: key.kid },
      request: null,
      details: { purpose: "seal", replaced, atOnce: false },
    },
  ]);
  return { kid: key.kid, privateKey: openSigningKey(secrets, key) };
}
