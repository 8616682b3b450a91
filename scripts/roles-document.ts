import {
  platformAdminScopes,
  roleNames,
  roles,
  scopeMeanings,
  scopes,
  scopesOfRole,
} from "#app/domain/auth/scopes.ts";

/** The least first, as on the page. */
const columns = roles.toReversed();

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** `docs/roles.md`, from the one table of rights. */
export function rolesDocument(): string {
  const table = [
    row(["right", "what it allows", ...columns.map((role) => roleNames[role]), "Platform admin"]),
    row(["---", "---", ...columns.map(() => ":-:"), ":-:"]),
    ...scopes.map((scope) =>
      row([
        `\`${scope}\``,
        scopeMeanings[scope],
        ...columns.map((role) => (scopesOfRole[role].includes(scope) ? "yes" : "")),
        platformAdminScopes.includes(scope) ? "yes" : "",
      ]),
    ),
  ];
  return `# Roles and rights

Made from \`app/domain/auth/scopes.ts\` by \`npm run docs:roles\`; a test fails when the two differ. The same table
is in the app under Settings, Roles, and is what the server decides by: a route declares the right it needs
and refuses whoever lacks it, whatever the interface shows.

${table.join("\n")}

- A person has one role in each organisation that they belong to. An API key has a list of rights of its own.
- Nobody gives a role or a key a right that they lack, and an organisation always keeps one admin.
- A platform admin has a role like anybody else. What the flag adds goes with the person, into whichever
  organisation they are signed in to; no key can carry it.
`;
}
