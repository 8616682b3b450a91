import { createAgent, createKey, expect, signIn, test } from "./journey.ts";

// What is typed wrong at first is refused, which the console tells of.
test.use({ tolerated: /status of 400/ });

test("an agent's tools are set on its page, and what it then asks for in vain is shown there", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const agent = await createAgent(page, "Toolsmith");
  const key = await createKey(page, agent);
  await page.goto(`/dashboard/agents/${agent.id}`);
  const panel = page.getByRole("region", { name: "Tools", exact: true });
  await expect(panel.getByText("It may call every tool that is not denied.")).toBeVisible();
  await expect(panel.getByText("None in the last 30 days.")).toBeVisible();

  await panel.getByRole("textbox", { name: "Denied" }).fill("shell.*\nnot one");
  await panel.getByRole("button", { name: "Save tools" }).click();
  await expect(panel.getByText("“not one” must have no spaces.")).toBeVisible();
  await panel.getByRole("textbox", { name: "Denied" }).fill("shell.*\n\n  db.drop ");
  await panel.getByRole("textbox", { name: "Allowed" }).fill("*");
  await panel.getByRole("button", { name: "Save tools" }).click();
  await expect(panel.getByText("It may call what is allowed here and not denied.")).toBeVisible();
  await expect(panel.getByRole("textbox", { name: "Denied" })).toHaveValue("shell.*\ndb.drop");

  const answer = await fetch(new URL("/api/tools/check", page.url()), {
    method: "POST",
    body: JSON.stringify({ agentId: agent.id, toolName: "shell.run" }),
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  });
  expect(await answer.json()).toEqual({ allowed: false, reason: "denied", pattern: "shell.*" });
  await page.reload();
  await expect(panel.getByRole("listitem").filter({ hasText: "shell.run" })).toContainText("by shell.*");
  await panel.getByRole("link", { name: "In the audit trail" }).click();
  await expect(page).toHaveURL(/action=tool\.blocked/);
  await expect(page.getByText("tool.blocked").first()).toBeVisible();
});
