import { type ApiKeyId, type SessionId, type TenantId, toUuid } from "#db/ids.ts";

/** What was resolved, and whether its `last_used_at` is due to be written. */
export interface Resolved<A> {
  actor: A;
  isTouchDue: boolean;
}

/** A credential's name where it is looked up by its id: the UUIDs of its tenant and its own. */
export const nameOfCredential = (tenantId: TenantId, id: ApiKeyId | SessionId): string =>
  `${toUuid(tenantId)} ${toUuid(id)}`;
