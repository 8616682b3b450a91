import type { Database } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import type { AuditActor } from "../audit/audit-event.ts";
import { createRepeatedEvents, type RepeatedEvents } from "../audit/repeated-events.server.ts";
import type { RequestInfo } from "../auth/actor.ts";
import type { LimitName } from "./limit-settings.ts";

/** Whose request was refused. */
export interface Refused {
  limit: LimitName;
  /** The same for all that is told together. */
  key: string;
  tenantId: TenantId;
  actor: AuditActor;
  request: RequestInfo;
}

interface RefusalLogOptions {
  db: Database;
  log: { error(fields: object, message: string): void };
  onFailure?: (() => void) | undefined;
}

/** Tells the audit log of refusals, together by limit and key. */
export const createRefusalLog = (options: RefusalLogOptions): RepeatedEvents<Refused> =>
  createRepeatedEvents<Refused>({
    ...options,
    failure: "Refusals could not be recorded yet",
    kindOf: ({ limit, key }) => `${limit} ${key}`,
    keep: ({ limit, key, tenantId, actor, request: { requestId, ipHash } }) => ({
      ...{ limit, key, tenantId },
      actor: { kind: actor.kind, id: actor.id, name: actor.name },
      request: { requestId, ipHash },
    }),
    toEvent: ({ limit, tenantId, actor, request }, refusals) => ({
      ...{ tenantId, actor, request, action: "rate_limit.refused", status: "denied" },
      resource: { id: limit },
      details: { limit, refusals },
    }),
  });
