import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import { readTrailLagsIn } from "../../integrity/read-lags.server.ts";
import type { AlertFacts } from "../facts.ts";
import type { Finding } from "../signal.ts";
import type { StateCheck } from "./state-check.ts";

/** Archiving runs once a day, so that what it is to do has been due for a day before it does it. */
const archivingDueSeconds = 25 * 60 * 60;

/** That the audit trail is sealed, or archived, later than the rule lets it. */
export const trailLag: StateCheck = {
  ...{ kind: "audit_integrity", keyPrefix: "lag:", everySeconds: 60 },
  async find(sql) {
    const { sealLagSeconds, retentionLagSeconds } = await readTrailLagsIn(sql);
    return [
      ...lag("seal", "seal_lag", sealLagSeconds),
      ...lag("retention", "retention_lag", retentionLagSeconds - archivingDueSeconds),
    ];
  },
};

function lag(name: string, problem: NonNullable<AlertFacts["problem"]>, lateSeconds: number): Finding[] {
  if (lateSeconds <= 0) return [];
  const seconds = Math.floor(lateSeconds);
  return [
    {
      ...{ tenantId: SYSTEM_TENANT_ID, kind: "audit_integrity", key: `lag:${name}`, value: seconds },
      subject: { type: "audit_trail", id: null, name: null },
      facts: { problem, seconds },
    },
  ];
}
