import { runVerification } from "#app/domain/integrity/run-verification.server.ts";
import { toUuid } from "#db/ids.ts";
import type { JobPayload } from "../catalog.ts";
import type { TaskContext } from "./context.ts";

/** Checks all of a tenant's audit trail, as somebody has asked. */
export async function verifyAuditTrail(
  { db, log, trail, signal }: TaskContext,
  { tenantId, verificationId }: JobPayload<"verify-audit-trail">,
): Promise<void> {
  const result = await runVerification(db, trail.store, {
    tenantUuid: toUuid(tenantId),
    verificationUuid: toUuid(verificationId),
    signal,
  });
  if (result !== undefined && result.damages > 0)
    log.error({ tenantId, verificationId, damages: result.damages }, "The audit trail is damaged");
}
