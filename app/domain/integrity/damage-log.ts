import type { Damage, DamageKind } from "./schema.ts";

/** Where something is wrong; what does not apply is left out. */
export type Place = Partial<Omit<Damage, "kind" | "message">>;

const listed = 100;

/** What a check has found: all of it counted, the first hundred with their places. */
export class DamageLog {
  readonly findings: Damage[] = [];
  count = 0;

  add(kind: DamageKind, message: string, place: Place): void {
    this.count++;
    if (this.findings.length >= listed) return;
    const nowhere = { sequence: null, eventId: null, occurredAt: null, file: null, line: null };
    this.findings.push({ kind, message, ...nowhere, ...place });
  }
}
