import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { auditActions } from "#app/domain/audit/registry.ts";
import { auditActionsDocument } from "../../../scripts/audit-actions-document.ts";

test("docs/audit-actions.md says what the registry says (npm run docs:audit)", () => {
  const written = readFileSync(join(import.meta.dirname, "../../../docs/audit-actions.md"), "utf8");
  expect(written).toBe(auditActionsDocument());
});

test("the document has a line for each action, with its details", () => {
  const lines = auditActionsDocument().split("\n");
  for (const action of auditActions)
    expect(
      lines.filter((line) => line.startsWith(`| \`${action}\``)),
      action,
    ).toHaveLength(1);
  expect(lines.find((line) => line.startsWith("| `agent.paused`"))).toContain(
    "`reason`\\* (text or nothing)",
  );
});
