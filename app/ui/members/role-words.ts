import { type Role, roleNames, roles } from "#app/domain/auth/scopes.ts";

const details: Record<Role, string> = {
  member: "Reads and writes messages, works at the desk",
  developer: "Also agents, API keys and the audit trail",
  tenant_admin: "Also people, settings and the plan",
};

/** The roles to choose from, the least first. */
export const roleChoices = roles
  .toReversed()
  .map((role) => ({ value: role, label: roleNames[role], detail: details[role] }));
