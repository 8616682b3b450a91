import type { Database } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { insertAuditEvents } from "../../audit/insert-audit-events.server.ts";
import { systemActor } from "../../auth/system-actor.ts";
import type { SealKey } from "../seal-keys.server.ts";
import { sealedTime } from "../sealed-event.ts";
import { signStatement } from "../statements.ts";
import type { ArchiveStore } from "../store/archive-store.ts";
import { manifestName } from "../store-names.ts";
import { archiveStatement } from "./archive-content.server.ts";
import type { ExpiryStatement } from "./archive-lines.ts";
import { keepHold } from "./lock-hold.server.ts";
import {
  type ArchiveRow,
  archiveColumns,
  type PlannedArchive,
  toPlannedArchive,
} from "./plan-archive.server.ts";

/**
 * Deletes the tenant's oldest archive when it has been kept for long enough and no hold keeps it, and what
 * an earlier run has begun to delete. A signed record of what it was is written first, then the files go,
 * then its seals. Gives how many events it had; undefined when there is nothing to delete.
 */
export async function expireNextArchive(
  db: Database,
  store: ArchiveStore,
  key: SealKey,
  { tenantUuid, coldDays }: { tenantUuid: string; coldDays: number },
): Promise<number | undefined> {
  const archive = await beginExpiry(db, key, tenantUuid, coldDays);
  if (archive === undefined) return undefined;
  await store.remove(archive.file);
  await store.remove(manifestName(archive.file));
  await finishExpiry(db, archive);
  return archive.events;
}

/** A prefix: archives are deleted in the order of their seals, and the record of the last is where the chain begins. */
function beginExpiry(
  db: Database,
  key: SealKey,
  tenantUuid: string,
  coldDays: number,
): Promise<PlannedArchive | undefined> {
  return db.withSql(async (sql) => {
    const isHeld = await keepHold(sql, tenantUuid);
    const [row] = await sql<(ArchiveRow & { state: string; sha256: string; is_old: boolean; now: string })[]>`
      select
        ${sql.unsafe(archiveColumns)}, state, encode(sha256, 'hex') as sha256,
        to_at < now() - make_interval(days => ${coldDays}) as is_old, ${sql.unsafe(sealedTime("now()"))} as now
      from audit_archives
      where tenant_id = ${tenantUuid} and state in ('written', 'expiring')
      order by first_sequence limit 1
      for update
    `;
    if (row === undefined) return undefined;
    const archive = toPlannedArchive(row);
    if (row.state === "expiring") return archive;
    if (isHeld || !row.is_old) return undefined;
    const statement: ExpiryStatement = {
      ...archiveStatement(archive, key.kid),
      type: "signalbox.expiry.1",
      sha256: row.sha256,
      expiredAt: row.now,
    };
    const signed = signStatement(statement, key.privateKey);
    await sql`
      update audit_archives set state = 'expiring', expiry = ${signed.statement},
        expiry_signature = ${signed.signature}
      where tenant_id = ${tenantUuid} and id = ${archive.archiveUuid}`;
    return archive;
  });
}

async function finishExpiry(
  db: Database,
  { tenantUuid, archiveUuid, events, firstSequence, lastSequence }: PlannedArchive,
): Promise<void> {
  const tenantId = toTypeId("ten", tenantUuid);
  await db.withSql(async (sql) => {
    await sql`
      update audit_archives set state = 'expired', expired_at = now()
      where tenant_id = ${tenantUuid} and id = ${archiveUuid}`;
    await sql`select remove_expired_seals(${tenantUuid}::uuid, ${archiveUuid}::uuid)`;
    await insertAuditEvents(sql, [
      {
        tenantId,
        actor: systemActor(tenantId, "retention"),
        action: "audit.archive.deleted",
        resource: { id: toTypeId("arc", archiveUuid) },
        request: null,
        details: { events, firstSeal: firstSequence, lastSeal: lastSequence },
      },
    ]);
  });
}
