import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import { type DenialSink, recordDenial } from "../audit/record-denial.server.ts";
import type { CountedFailure } from "./sign-in-attempt.server.ts";
import { patience } from "./sign-in-delays.ts";

/** Whose password was wrong, and in which trail it is told. */
export type Whose = Pick<AuditEvent, "tenantId" | "actor" | "resource" | "status" | "request">;

/** Records a lock once, with the failure that makes the next attempt wait for the first time. An address is nobody's. */
export async function recordLocks(
  sink: DenialSink,
  whose: Whose,
  counted: readonly CountedFailure[],
): Promise<void> {
  for (const { kind, failures, delaySeconds } of counted) {
    if (failures !== patience[kind].failures) continue;
    const nobodys: Partial<Whose> = {
      tenantId: SYSTEM_TENANT_ID,
      actor: { kind: "user", id: null, name: null },
      resource: { id: null },
    };
    await recordDenial(sink, {
      ...whose,
      ...(kind === "address" && nobodys),
      action: "auth.account.locked",
      details: { by: kind, failures, seconds: delaySeconds },
    });
  }
}
