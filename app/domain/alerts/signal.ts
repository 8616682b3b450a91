import type { AgentId, AlertRuleId, AuditEventId, TenantId } from "#db/ids.ts";
import type { AuditActorKind, AuditLogStatus } from "../audit/audit-log-schema.ts";
import type { AlertFacts } from "./facts.ts";
import type { RuleKind } from "./rule-kinds.ts";

/** What an alert is about: an agent, a user, an address by its digest, a queue … */
export interface AlertSubject {
  type: string;
  id: string | null;
  name: string | null;
}

/** An audit event as rules look at it. */
export interface AlertingEvent {
  id: AuditEventId;
  tenantId: TenantId;
  /** ISO 8601, to the microsecond. */
  occurredAt: string;
  actor: { kind: AuditActorKind; id: string | null; name: string | null };
  action: string;
  resource: { type: string; id: string | null; name: string | null };
  status: AuditLogStatus;
  requestId: string | null;
  correlationId: string | null;
  /** Keyed digest of the client's address, in hex. */
  ipHash: string | null;
  details: Record<string, unknown>;
}

/** Something that happened and that a kind of rule counts. How bad it is, is the rule's to say. */
export interface Signal {
  /** Whose rules it is for; mostly the event's tenant. */
  tenantId: TenantId;
  kind: RuleKind;
  /** What belongs together in one alert of a rule: `user:usr_…`, `agent:agt_…`, `budget:bgt_…:2026-11`. */
  key: string;
  /** What must not count twice for the same key: an event's id, or that of the request that several events tell of. */
  occurrence: string;
  /** How often it happened: what is told of together counts together. */
  weight: number;
  /** ISO 8601. */
  occurredAt: string;
  eventId: AuditEventId | null;
  subject: AlertSubject;
  facts: AlertFacts;
  /** Of kinds in percent: how far it has come. The rule's threshold is compared with it, and a higher one is told at once. */
  step?: number;
  /** For rules of one agent. */
  agentId?: AgentId | undefined;
  /**
   * Another key that the same occurrence counts for, and which goes first: while that has an alert, this
   * one does not count it. Five failures of one account are one alert, not also one of their address.
   */
  yieldsTo?: string | undefined;
}

/** Something that is wrong at this moment; over once it is not found any more. */
export interface Finding {
  tenantId: TenantId;
  kind: RuleKind;
  key: string;
  /** In the unit of the kind's threshold, for rules to compare theirs with; absent: is wrong for any. */
  value?: number;
  /** Where it was found by one rule's own window. */
  ruleId?: AlertRuleId;
  /** ISO 8601: since when, as far as it is known. */
  since?: string;
  subject: AlertSubject;
  facts: AlertFacts;
  agentId?: AgentId | undefined;
}
