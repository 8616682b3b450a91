import type { AuditFilters } from "./audit-log-schema.ts";
import { auditActions, auditRegistry } from "./registry.ts";

/** The prefix that stands for all actions below a name: `auth` and `auth.` are the same. */
export const actionPrefix = (action: string): string => (action.endsWith(".") ? action : `${action}.`);

/**
 * The actions that the filters let through; undefined where they do not ask for any. Each has its
 * range of an index, in order of time, which a prefix has not.
 */
export function matchingActions({ action, resourceType }: AuditFilters): string[] | undefined {
  if (action === undefined && resourceType === undefined) return undefined;
  return auditActions.filter(
    (known) =>
      (action === undefined || known === action || known.startsWith(actionPrefix(action))) &&
      (resourceType === undefined || auditRegistry[known].resourceType === resourceType),
  );
}
