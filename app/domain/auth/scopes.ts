/**
 * What an actor may do: the one table of rights. A role has a list of them, a key carries its own; the
 * interface, the API and the documentation read them from here.
 */
export const scopeMeanings = {
  "messages:read": "Read messages, conversations and statistics",
  "messages:send": "Send messages, and act on what is received",
  "agents:read": "See agents and who may send to whom",
  "agents:write": "Make, change and pause agents, their endpoints and allowlists",
  "keys:write": "Make, list and revoke API keys",
  "members:read": "See who belongs to the organisation",
  "members:write": "Invite people, change their roles, end memberships and sessions",
  "tenant:write": "Change the organisation's settings: retention, holds, erasures",
  "activity:read": "Read the audit trail and the activity stream",
  "activity:write": "Record external actions in the audit trail",
  "billing:read": "See usage, costs and invoices",
  "billing:write": "Change the plan, overage and budgets",
  "alerts:read": "See alerts, their rules and channels",
  "alerts:write": "Answer alerts, change rules and channels",
  "tenants:admin": "Administer the whole service: every tenant, queues and limits",
} as const;
export type Scope = keyof typeof scopeMeanings;
export const scopes = Object.keys(scopeMeanings) as [Scope, ...Scope[]];

export const roles = ["tenant_admin", "developer", "member"] as const;
export type Role = (typeof roles)[number];

/** What people call the roles. */
export const roleNames: Record<Role, string> = {
  tenant_admin: "Admin",
  developer: "Developer",
  member: "Member",
};

const member = ["messages:read", "messages:send", "agents:read", "members:read"] as const;
const developer = [
  ...member,
  "agents:write",
  "keys:write",
  "activity:read",
  "activity:write",
  "billing:read",
  "alerts:read",
] as const;

export const scopesOfRole: Record<Role, readonly Scope[]> = {
  member,
  developer,
  tenant_admin: [...developer, "members:write", "tenant:write", "billing:write", "alerts:write"],
};

/** What the flag on a person adds to their role, in whichever tenant they are signed in to. */
export const platformAdminScopes: readonly Scope[] = ["tenants:admin"];

/** What a key may carry: never the service's administration, which is for people. */
export const keyScopes = scopes.filter((scope) => !platformAdminScopes.includes(scope));

/** What a new service key may do when nothing else is asked for. */
export const defaultServiceKeyScopes: readonly Scope[] = ["messages:read", "agents:read"];

/** What a new agent key may do when nothing else is asked for. */
export const defaultAgentKeyScopes: readonly Scope[] = ["messages:read", "messages:send", "agents:read"];
