import type { AuditAction } from "../../audit/registry.ts";
import type { RuleKind } from "../rule-kinds.ts";
import type { AlertingEvent, Signal } from "../signal.ts";

/** What a kind of rule hears of, and what it makes of it. Pure: one that throws has its event skipped. */
export interface SignalSource {
  kind: RuleKind;
  actions: readonly AuditAction[];
  signalsOf(event: AlertingEvent): Signal[];
}
