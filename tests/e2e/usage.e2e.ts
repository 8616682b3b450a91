import { readFileSync } from "node:fs";
import type { Page } from "playwright/test";
import { createAgent, createKey, expect, signIn, type TestAgent, test } from "./journey.ts";
import { signInAsPlatformAdmin } from "./platform-admin.ts";

/** What an agent's program reports, with its key and without the browser's cookies. */
async function report(page: Page, key: string, agent: TestAgent, event: object = {}): Promise<void> {
  const response = await fetch(new URL("/api/usage", page.url()), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      ...{ agentId: agent.id, model: "claude-haiku-4-5", inputTokens: 1_000, outputTokens: 500 },
      ...event,
    }),
  });
  expect(response.status, await response.text()).toBe(201);
}

const rowOf = (page: Page, agent: TestAgent) =>
  page.getByRole("table", { name: "Usage by agent" }).getByRole("row").filter({ hasText: agent.name });

test("a threshold that is crossed shows on the open page by itself, with its badge", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const agent = await createAgent(page, "Spender");
  const key = await createKey(page, agent);
  await page.goto(`/dashboard/usage?search=${encodeURIComponent(agent.name)}`);
  await expect(page.getByRole("heading", { level: 1, name: "Usage" })).toBeVisible();
  await expect(rowOf(page, agent)).toContainText("Within quota");
  // Of a haiku's 20 M.
  await report(page, key, agent, { inputTokens: 16_000_000, outputTokens: 400_000 });
  await expect(rowOf(page, agent)).toContainText("Near its quota");
  await expect(rowOf(page, agent)).toContainText("82 %");
  await report(page, key, agent, { inputTokens: 4_000_000 });
  await expect(rowOf(page, agent)).toContainText("Limited");
});

test("usage is told apart, measured in dollars, filtered and sorted, all of it in the URL", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const agent = await createAgent(page, "Charted");
  const key = await createKey(page, agent);
  await report(page, key, agent, { toolsCalled: ["chart_tool", "chart_tool"], costMicros: 12_340_000 });
  await page.goto("/dashboard/usage");
  const chart = page.getByRole("figure", { name: /^Tokens of the last 30 days/ });
  await expect(chart.locator("svg.recharts-surface")).toBeVisible();
  await expect(chart.getByRole("row")).toHaveCount(31);
  await page.getByRole("navigation", { name: "Measured in" }).getByRole("link", { name: "Cost" }).click();
  await expect(page).toHaveURL(/metric=cost/);
  await page.getByLabel("Told apart").selectOption({ label: "By agent" });
  await expect(page).toHaveURL(/by=agent/);
  await expect(page.getByRole("figure", { name: /^Cost of the last 30 days.* and agent$/ })).toBeVisible();
  await page.getByLabel("Agent", { exact: true }).selectOption({ label: agent.name });
  await expect(page).toHaveURL(new RegExp(`agentId=${agent.id}`));
  await expect(page.getByRole("list", { name: "Tools by calls" })).toContainText("chart_tool2");
  await page.reload();
  await expect(page.getByText("$12.34").first()).toBeVisible();
  await page.getByRole("columnheader", { name: "Name" }).getByRole("link").click();
  await expect(page).toHaveURL(/sort=name/);
  await expect(page.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "ascending");
});

test("what the page shows is exported, and reads back", async ({ page, demo }) => {
  await signIn(page, demo);
  const agent = await createAgent(page, "Exported");
  await report(page, await createKey(page, agent), agent, { costMicros: 1_500_000 });
  await page.goto(`/dashboard/usage?agentId=${agent.id}&window=7d`);
  await page.getByText("Export", { exact: true }).click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: /^CSV/ }).click();
  const file = await (await downloading).path();
  const [head, row, ...rest] = readFileSync(file, "utf8").split("\r\n");
  expect(head).toMatch(/^day,tenant_id,.*,cost_usd,late_events$/);
  expect(row).toContain(
    `,${agent.id},${agent.name},haiku,claude-haiku-4-5,anthropic,1,1000,500,0,0,1.500000,0`,
  );
  expect(rest).toEqual([""]);
});

test.describe("budgets", () => {
  // The browser itself notes the answer.
  test.use({ tolerated: /status of 400/ });

  test("a budget is set, fills while somebody looks, and is removed", async ({ page, demo }) => {
    await signIn(page, demo);
    const agent = await createAgent(page, "Budgeted");
    const key = await createKey(page, agent);
    await page.goto("/dashboard/usage");
    const panel = page.getByRole("region", { name: "Budgets" });
    await panel.getByText("Set or change a budget").click();
    await panel.getByLabel("Whose").selectOption({ label: agent.name });
    await panel.getByLabel("US dollars a month").fill("nothing");
    await panel.getByRole("button", { name: "Save budget" }).click();
    await expect(panel.getByText("Must be dollars, such as 250 or 99.50.")).toBeVisible();
    await panel.getByLabel("US dollars a month").fill("2.50");
    await panel.getByRole("button", { name: "Save budget" }).click();
    const row = panel.getByRole("listitem").filter({ hasText: agent.name });
    await expect(row).toContainText("$0.00 of $2.50 spent");
    await report(page, key, agent, { costMicros: 2_250_000 });
    await expect(row).toContainText("$2.25 of $2.50 spent · 90 %");
    await expect(row).toContainText("Nearly used up");
    await row.getByRole("button", { name: `Remove the budget of ${agent.name}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove budget" }).click();
    await expect(row).toHaveCount(0);
  });
});

test("who runs the service sees every organisation’s usage, and one’s", async ({ page }) => {
  await signInAsPlatformAdmin(page);
  await page.goto("/admin/usage?by=tenant");
  await expect(page.getByRole("heading", { level: 1, name: "Usage" })).toBeVisible();
  await expect(page.getByRole("table", { name: "Usage by agent" })).toBeVisible();
  const options = await page.getByLabel("Organisation", { exact: true }).locator("option").allTextContents();
  await page.getByLabel("Organisation", { exact: true }).selectOption({ label: options[1] ?? "" });
  await expect(page).toHaveURL(/tenantId=ten_/);
  await expect(page.getByRole("region", { name: "Budgets" })).toBeVisible();
});
