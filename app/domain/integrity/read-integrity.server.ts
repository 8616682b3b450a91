import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { keyAsPem } from "./anchor-seals.server.ts";
import { selectVerifications, toVerificationView } from "./read-verification.server.ts";
import { requireActivityScope } from "./require-activity-scope.ts";
import type { IntegrityOverview, PublicKeyView } from "./schema.ts";
import { listSealKeys } from "./seal-keys.server.ts";
import { sealedTime } from "./sealed-event.ts";

/** How the tenant's chain stands, and the newest check of it. */
export async function readIntegrity(db: Database, actor: Actor): Promise<IntegrityOverview> {
  requireActivityScope(actor);
  const tenantUuid = toUuid(actor.tenantId);
  return db.asTenantSql(
    actor.tenantId,
    async (sql) => {
      const [chain] = await sql<
        {
          sequence: string;
          digest: string;
          sealed_at: string;
          anchored_sequence: string;
          anchor_error: string | null;
        }[]
      >`
        select
          seal.sequence, encode(seal.digest, 'hex') as digest,
          ${sql.unsafe(sealedTime("seal.sealed_at"))} as sealed_at, chain.anchored_sequence, chain.anchor_error
        from audit_chains chain
        join audit_seals seal on seal.tenant_id = chain.tenant_id and seal.sequence = chain.sequence
        where chain.tenant_id = ${tenantUuid}
      `;
      const [newest] = await selectVerifications(
        sql,
        sql`where tenant_id = ${tenantUuid} order by id desc limit 1`,
      );
      return {
        newest:
          chain === undefined
            ? null
            : { sequence: Number(chain.sequence), sealedAt: chain.sealed_at, digest: chain.digest },
        anchoredSequence: Number(chain?.anchored_sequence ?? 0),
        anchorError: chain?.anchor_error ?? null,
        verification: newest === undefined ? null : toVerificationView(newest),
      };
    },
    { readOnly: true },
  );
}

/** The public halves of the keys that have signed seals. */
export async function listPublicKeys(db: Database, actor: Actor): Promise<PublicKeyView[]> {
  requireActivityScope(actor);
  const keys = await db.asTenantSql(actor.tenantId, listSealKeys, { readOnly: true });
  return keys.map(({ kid, publicKey, isRetired }) => ({ kid, publicKey: keyAsPem(publicKey), isRetired }));
}
