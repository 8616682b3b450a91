import type { AgentId, ApiKeyId, MembershipId, SessionId, TenantId, UserId } from "#db/ids.ts";
import type { Role, Scope } from "./scopes.ts";

interface ActorBase {
  tenantId: TenantId;
  /** What audit events show. */
  name: string;
  scopes: ReadonlySet<Scope>;
}

/** Whoever came with an access token is who its session or key is, until the token ends. */
interface FromToken {
  /** Milliseconds since 1970; absent for a cookie or a key. */
  tokenExpiresAtMs?: number;
}

/** A person, through a session. */
export interface UserActor extends ActorBase {
  kind: "user";
  id: UserId;
  membershipId: MembershipId;
  role: Role;
  platformAdmin: boolean;
  credential: { kind: "session"; id: SessionId } & FromToken;
}

/** A program, through an API key. */
export interface AgentActor extends ActorBase {
  kind: "agent";
  id: AgentId;
  credential: { kind: "key"; id: ApiKeyId } & FromToken;
}

/** A customer's own system, through an API key that is bound to no agent. It has no mailbox. */
export interface ServiceActor extends ActorBase {
  kind: "service";
  id: ApiKeyId;
  credential: { kind: "key"; id: ApiKeyId };
}

/** Signalbox itself: jobs, the seed. */
export interface SystemActor extends ActorBase {
  kind: "system";
  id: string;
}

/** Who is acting. Made only by `domain/auth`. */
export type Actor = UserActor | AgentActor | ServiceActor | SystemActor;

/** Who the request came as, plus what audit events record of the request itself. */
export interface RequestInfo {
  requestId: string;
  /** Keyed digest of the client's address; the address itself is never stored. */
  ipHash: Buffer | null;
  /** UUIDs of the audit events that were recorded of it, the first few; for its line in the log. */
  auditEvents?: string[];
}
