import type { Database } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import { systemActor } from "../auth/system-actor.ts";
import type { ArchiveStore } from "./store/archive-store.ts";
import { type VerifyProgress, type VerifyResult, verifyTrail } from "./verify-trail.server.ts";

export interface RunVerificationOptions {
  tenantUuid: string;
  verificationUuid: string;
  signal?: AbortSignal;
}

/** Older checks than so many are forgotten. */
const keptVerifications = 100;
const progressEveryMs = 500;

/**
 * Does a check that was asked for, keeps how far it is, and records how it ended. What ended already is
 * not done again: undefined.
 */
export async function runVerification(
  db: Database,
  store: ArchiveStore,
  { tenantUuid, verificationUuid, signal }: RunVerificationOptions,
): Promise<VerifyResult | undefined> {
  const row = { tenantUuid, verificationUuid };
  const begun = await db.withSql(
    (sql) => sql`
      update audit_verifications set state = 'running'
      where tenant_id = ${tenantUuid} and id = ${verificationUuid} and state in ('waiting', 'running')`,
  );
  if (begun.count === 0) return undefined;
  let toldAt = 0;
  try {
    const result = await verifyTrail(db, store, {
      tenantUuid,
      signal,
      async onProgress(progress) {
        if (performance.now() - toldAt < progressEveryMs) return;
        toldAt = performance.now();
        await keepProgress(db, row, progress);
      },
    });
    await finish(db, row, result);
    return result;
  } catch (error) {
    // A worker that stops leaves the check to the next attempt of its job.
    if (!signal?.aborted)
      await db.withSql(
        (sql) => sql`
          update audit_verifications set state = 'failed', finished_at = now(),
            error = ${error instanceof Error ? error.message.slice(0, 500) : String(error)}
          where tenant_id = ${tenantUuid} and id = ${verificationUuid}`,
      );
    throw error;
  }
}

type Row = Pick<RunVerificationOptions, "tenantUuid" | "verificationUuid">;

async function keepProgress(
  db: Database,
  { tenantUuid, verificationUuid }: Row,
  { sealsTotal, seals, events, erased, archives, damages }: VerifyProgress,
): Promise<void> {
  await db.withSql(
    (sql) => sql`
      update audit_verifications set
        seals_total = ${sealsTotal}, seals = ${seals}, events = ${events}, erased = ${erased},
        archives = ${archives}, damages = ${damages}
      where tenant_id = ${tenantUuid} and id = ${verificationUuid}`,
  );
}

async function finish(
  db: Database,
  { tenantUuid, verificationUuid }: Row,
  { sealsTotal, seals, events, erased, archives, damages, findings }: VerifyResult,
): Promise<void> {
  const tenantId = toTypeId("ten", tenantUuid);
  await db.withSql(async (sql) => {
    await sql`
      update audit_verifications set
        state = ${damages === 0 ? "intact" : "damaged"}, finished_at = now(), error = null,
        seals_total = ${sealsTotal}, seals = ${seals}, events = ${events}, erased = ${erased},
        archives = ${archives}, damages = ${damages}, findings = ${JSON.stringify(findings)}::text::jsonb
      where tenant_id = ${tenantUuid} and id = ${verificationUuid}`;
    await sql`
      delete from audit_verifications
      where tenant_id = ${tenantUuid} and id < (
        select id from audit_verifications where tenant_id = ${tenantUuid}
        order by id desc offset ${keptVerifications} limit 1
      )`;
    await insertAuditEvents(sql, [
      {
        tenantId,
        actor: systemActor(tenantId, "integrity"),
        action: "audit.verified",
        resource: { id: toTypeId("vrf", verificationUuid) },
        status: damages === 0 ? "success" : "failure",
        request: null,
        details: { seals, events, archives, damages },
      },
    ]);
  });
}
