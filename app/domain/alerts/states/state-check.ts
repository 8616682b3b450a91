import type { Sql } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import type { AuditAction } from "../../audit/registry.ts";
import type { ActiveRule } from "../alert-rules.server.ts";
import type { RuleKind } from "../rule-kinds.ts";
import type { Finding } from "../signal.ts";

export interface StateContext {
  /** The kind's rules that are on; of all tenants, or of those asked for. */
  rules: readonly ActiveRule[];
  /** Undefined: all. */
  tenantIds: readonly TenantId[] | undefined;
  /** The database's time. */
  now: Date;
}

/**
 * Looks for what is wrong at this moment, in a transaction that only reads. An alert of the kind whose key
 * begins with the prefix and which is not found any more resolves itself.
 */
export interface StateCheck {
  kind: RuleKind;
  /** All its findings' keys begin with it, and no other check's of the kind. */
  keyPrefix: string;
  /** Looked for so often, in one process at a time; a multiple of 5. */
  everySeconds: number;
  /** Looked for at once, of the tenants concerned, when one of these was recorded. */
  actions?: readonly AuditAction[];
  find(sql: Sql, context: StateContext): Promise<Finding[]>;
}
