import type { AgentId, ApiKeyId, BudgetId, TenantId, UserId } from "#db/ids.ts";

/**
 * What is known of an alert beside its subject: ids, numbers and enums, each where it applies. Never a
 * text that somebody typed, but for names, which go when they are erased. Client-safe.
 */
export interface AlertFacts {
  agentId?: AgentId;
  agentName?: string;
  /** The other side of an edge: whom the agent sent to. */
  recipientId?: AgentId;
  recipientName?: string;
  userId?: UserId;
  keyId?: ApiKeyId;
  /** Digest of a caller's address, or of a prober of another tenant. */
  origin?: string;
  /** failed_login_threshold: of what there were too many. */
  by?: "account" | "address";
  /** tool_policy_violation, policy_denials: the newest tool, and why it was refused. */
  tool?: string;
  reason?: string;
  /** cross_tenant_access: of what kind an id was asked for. */
  resourceType?: string;
  /** suspicious_activity: what was new. */
  newDevice?: boolean;
  newNetwork?: boolean;
  newLocation?: boolean;
  /** ISO 3166 country, where it is known. */
  country?: string;
  /** usage_threshold, budget_exceeded: the step that was reached (80, 100 or the ceiling), and of what. */
  percent?: number;
  usedPercent?: number;
  period?: string;
  budgetId?: BudgetId;
  spentMicros?: number;
  amountMicros?: number;
  usedTokens?: number;
  quotaTokens?: number;
  /** error_rate: of how many messages so many failed or died. */
  failed?: number;
  total?: number;
  /** rate_limit: which one. */
  limit?: string;
  /** audit_integrity, worker_health: what is wrong. */
  problem?:
    | "damage"
    | "not_recorded"
    | "seal_lag"
    | "retention_lag"
    | "job_failed"
    | "queue_lag"
    | "no_worker"
    | "memory";
  damages?: number;
  task?: string;
  runner?: string;
  seconds?: number;
  bytes?: number;
  boundBytes?: number;
  instance?: string;
  /** audit_integrity of the service: whose trail. */
  tenantId?: TenantId;
  /** channel_disabled. */
  channelId?: string;
  channelKind?: string;
  /** How many were told of, of what is bounded. */
  more?: number;
}
