import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { platformAdminScopes, roles, scopes, scopesOfRole } from "#app/domain/auth/scopes.ts";
import { rolesDocument } from "../../../scripts/roles-document.ts";

describe("docs/roles.md", () => {
  test("says what the table of rights says (npm run docs:roles)", () => {
    const written = readFileSync(join(import.meta.dirname, "../../../docs/roles.md"), "utf8");
    expect(written).toBe(rolesDocument());
  });

  test("has a line for each right, with a yes for each role that has it", () => {
    const lines = rolesDocument().split("\n");
    for (const scope of scopes) {
      const line = lines.find((one) => one.startsWith(`| \`${scope}\``));
      const holders = roles.filter((role) => scopesOfRole[role].includes(scope)).length;
      const platform = platformAdminScopes.includes(scope) ? 1 : 0;
      expect(line?.match(/\| yes (?=\|)/g) ?? [], scope).toHaveLength(holders + platform);
    }
  });
});

test("each role may do what the one below it may", () => {
  for (const [position, role] of roles.entries()) {
    const below = roles[position + 1];
    if (below !== undefined)
      expect(scopesOfRole[role]).toEqual(expect.arrayContaining([...scopesOfRole[below]]));
  }
});
