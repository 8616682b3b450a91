import type { Locator, Page } from "playwright/test";
import { createAgent, createKey, expect, signIn, type TestAgent, tabTo, test } from "./journey.ts";
import { addPerson, signInAs } from "./person.ts";
import { addTenant, signInAsPlatformAdmin } from "./platform-admin.ts";

const rows = (page: Page): Locator => page.getByRole("main").locator("a[data-row-link]");
const untilLive = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
const titleOf = ({ name }: TestAgent): RegExp => new RegExp(`^1 blocked tool call of ${name}: shell.exec$`);

/** Somebody who sees no alerts of other tests: the admin of a tenant of their own. */
async function signInToOwnTenant(page: Page, label: string) {
  const tenant = await addTenant(label);
  await tenant.signIn(page);
  await page.waitForURL(/\/dashboard/);
  return tenant;
}

/** An agent that may call no shell, and what makes it ask for one. */
async function createAsker(page: Page, label: string) {
  const agent = await createAgent(page, label);
  const key = await createKey(page, agent);
  const policy = await page.request.put(`/api/agents/${agent.id}/tools`, {
    data: { allow: ["*"], deny: ["shell.*"] },
    headers: { origin: new URL(page.url()).origin },
  });
  expect(policy.status(), await policy.text()).toBe(200);
  const askForShell = async (): Promise<void> => {
    const response = await fetch(new URL("/api/tools/check", page.url()), {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ agentId: agent.id, toolName: "shell.exec" }),
    });
    expect(await response.json()).toMatchObject({ allowed: false });
  };
  return { agent, askForShell };
}

test("an alert arrives, is acknowledged, its agent is paused from it, and it is resolved with a note", async ({
  page,
}) => {
  await signInToOwnTenant(page, "Watched");
  const { agent, askForShell } = await createAsker(page, "Asker");
  await page.goto("/dashboard/alerts");
  await untilLive(page);
  await expect(page.getByText("Nothing is open")).toBeVisible();
  await expect(page.getByRole("link", { name: "Add a channel" })).toBeVisible();

  await askForShell();
  await expect(rows(page).filter({ hasText: titleOf(agent) })).toBeVisible();
  await expect(page.getByRole("link", { name: /^Alerts 1/ }).first()).toBeVisible();
  await rows(page).filter({ hasText: agent.name }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("1 blocked tool call");
  await expect(page.getByText("It was refused.")).toBeVisible();

  await page.getByRole("button", { name: "Acknowledge" }).click();
  await expect(page.getByRole("list", { name: "Timeline" })).toContainText("Ada Admin acknowledged it");

  await page.getByRole("button", { name: "Pause agent" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Everything it sends is blocked");
  await dialog.getByLabel(/^Reason/).fill("It asked for a shell");
  await dialog.getByRole("button", { name: "Pause agent" }).click();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await expect(page.getByRole("list", { name: "Timeline" })).toContainText("Ada Admin paused the agent");

  await page.getByRole("textbox", { name: "Note" }).fill("Its prompt was wrong");
  await page.getByRole("button", { name: "Add note" }).click();
  await expect(page.getByRole("list", { name: "Timeline" })).toContainText("Its prompt was wrong");
  await expect(page.getByRole("textbox", { name: "Note" })).toHaveValue("");

  await page.getByRole("button", { name: "Resolve" }).click();
  await dialog.getByLabel(/^What came of it/).fill("The prompt is mended");
  await dialog.getByRole("button", { name: "Resolve" }).click();
  await expect(page.getByRole("region", { name: "What came of it" })).toContainText("The prompt is mended");
  await expect(page.getByRole("button", { name: "Acknowledge" })).toHaveCount(0);

  await page.getByRole("link", { name: "In the audit trail" }).click();
  await expect(page.getByRole("main")).toContainText("alert.resolved");
  await page.goto(`/dashboard/agents/${agent.id}`);
  await expect(page.getByText("Reason: It asked for a shell")).toBeVisible();
  await page.goto("/dashboard/alerts?show=resolved");
  await expect(rows(page).filter({ hasText: titleOf(agent) })).toBeVisible();
});

test("the list is walked, selected and answered by the keyboard, and narrowed by its filters", async ({
  page,
}) => {
  const { keyboard } = page;
  await signInToOwnTenant(page, "Walked");
  const [first, second, third] = [
    await createAsker(page, "First"),
    await createAsker(page, "Second"),
    await createAsker(page, "Third"),
  ];
  for (const { askForShell } of [first, second, third]) await askForShell();
  await page.goto("/dashboard/alerts");
  await untilLive(page);
  await expect(rows(page)).toHaveText([titleOf(third.agent), titleOf(second.agent), titleOf(first.agent)]);

  await tabTo(page, rows(page).first(), 100);
  await keyboard.press("j");
  await expect(rows(page).nth(1)).toBeFocused();
  await keyboard.press("x");
  await expect(page.getByRole("button", { name: "Acknowledge (1)" })).toBeEnabled();
  await keyboard.press("x");
  await expect(page.getByRole("button", { name: "Acknowledge", exact: true })).toBeDisabled();
  await keyboard.press("e");
  await expect(page.getByText("1 alert acknowledged")).toBeVisible();
  await expect(rows(page)).toHaveText([titleOf(third.agent), titleOf(first.agent)]);
  await expect(rows(page).last()).toBeFocused();
  await keyboard.press("k");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(third.agent.name);

  await page.goto("/dashboard/alerts");
  await page.getByLabel("Agent", { exact: true }).selectOption({ label: first.agent.name });
  await expect(rows(page)).toHaveText([titleOf(first.agent)]);
  await page.getByLabel("Severity").selectOption({ label: "Critical" });
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await page.getByRole("link", { name: "Clear", exact: true }).click();
  await expect(rows(page)).toHaveCount(2);

  await page.getByRole("checkbox", { name: "Select all on this page" }).check();
  await page.getByRole("button", { name: "Resolve (2)" }).click();
  await page
    .getByRole("dialog")
    .getByLabel(/^What came of it/)
    .fill("Both were a drill");
  await page.getByRole("dialog").getByRole("button", { name: "Resolve" }).click();
  await expect(page.getByText("2 alerts resolved")).toBeVisible();
  await expect(page.getByText("Nothing is open")).toBeVisible();

  await page.getByRole("link", { name: /^Acknowledged/ }).click();
  await rows(page)
    .filter({ hasText: titleOf(second.agent) })
    .click();
  await page.locator("summary", { hasText: "Snooze" }).click();
  await page.getByRole("button", { name: "For an hour" }).click();
  await expect(page.getByRole("button", { name: "End snooze" })).toBeVisible();
  await page.goto("/dashboard/alerts?show=snoozed");
  await expect(rows(page)).toHaveText([titleOf(second.agent)]);
});

test("developers read alerts, members do not, and who runs the service sees everybody's", async ({
  page,
  demo,
  browser,
}) => {
  await signIn(page, demo);
  const { agent, askForShell } = await createAsker(page, "Read");
  await askForShell();
  const readIn = async (work: (theirs: Page) => Promise<void>): Promise<void> => {
    const theirs = await browser.newPage();
    await work(theirs);
    await theirs.close();
  };

  await readIn(async (theirs) => {
    await signInAs(theirs, await addPerson(demo, "Dev Eloper", "developer"));
    await theirs.goto(`/dashboard/alerts?agentId=${agent.id}`);
    await expect(rows(theirs)).toHaveText([titleOf(agent)]);
    await expect(theirs.getByRole("checkbox")).toHaveCount(0);
    await rows(theirs).first().click();
    await expect(theirs.getByRole("list", { name: "Timeline" })).toContainText("tool.blocked");
    await expect(theirs.getByRole("button", { name: "Acknowledge" })).toHaveCount(0);
  });
  await readIn(async (theirs) => {
    await signInAs(theirs, await addPerson(demo, "Mem Ber", "member"));
    await expect(theirs.getByRole("link", { name: "Overview" }).first()).toBeVisible();
    await expect(theirs.getByRole("link", { name: "Alerts", exact: true })).toHaveCount(0);
  });
  const path = await page
    .goto(`/dashboard/alerts?agentId=${agent.id}`)
    .then(() => rows(page).first().getAttribute("href"));
  await readIn(async (theirs) => {
    const other = await signInToOwnTenant(theirs, "Elsewhere");
    await theirs.goto("/dashboard/alerts");
    await expect(theirs.getByText("Nothing is open")).toBeVisible();
    expect(other.id).not.toBe("");
    const answer = await theirs.request.get(path ?? "");
    expect(answer.status()).toBe(404);
  });
  await readIn(async (theirs) => {
    await signInAsPlatformAdmin(theirs);
    await theirs.goto("/admin/alerts?kind=tool_policy_violation");
    await expect(theirs.getByRole("columnheader", { name: "Tenant" })).toBeVisible();
    await rows(theirs)
      .filter({ hasText: titleOf(agent) })
      .click();
    await theirs.getByRole("button", { name: "Acknowledge" }).click();
    await expect(theirs.getByRole("list", { name: "Timeline" })).toContainText(
      "Petra Platform acknowledged it",
    );
  });
});
