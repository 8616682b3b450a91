/** What an actor may do. One table of scopes per role; keys carry their own list. */
export const scopes = [
  "messages:read",
  "messages:send",
  "agents:read",
  "agents:write",
  "keys:write",
  "tenant:write",
] as const;
export type Scope = (typeof scopes)[number];

export const roles = ["tenant_admin", "developer", "member"] as const;
export type Role = (typeof roles)[number];

export const scopesOfRole: Record<Role, readonly Scope[]> = {
  tenant_admin: [
    "messages:read",
    "messages:send",
    "agents:read",
    "agents:write",
    "keys:write",
    "tenant:write",
  ],
  developer: ["messages:read", "messages:send", "agents:read", "agents:write", "keys:write"],
  member: ["messages:read", "messages:send", "agents:read"],
};

/** What a new agent key may do when nothing else is asked for. */
export const defaultAgentKeyScopes: readonly Scope[] = ["messages:read", "messages:send", "agents:read"];
