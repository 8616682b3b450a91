import type { Locator, Page } from "playwright/test";
import {
  createAgent,
  createKey,
  escalate,
  expect,
  readInbox,
  signIn,
  tabTo,
  test,
  unique,
} from "./journey.ts";

const queue = (page: Page): Locator => page.getByRole("list", { name: "Escalations" });
const row = (page: Page, reason: string): Locator => queue(page).getByRole("link", { name: reason });
const detail = (page: Page): Locator => page.getByRole("article", { name: "Escalation" });
const isLive = (page: Page): Promise<void> =>
  expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();

/** An agent that escalates, with the words it does it with. */
async function createAlarm(page: Page, label: string) {
  const agent = await createAgent(page, label);
  const key = await createKey(page, agent);
  return { agent, key, reason: unique(`${label}: the arm hit a stop`) };
}

test("an escalation is taken and resolved, which a second person sees as it happens and the agent is told", async ({
  page,
  browser,
  demo,
}) => {
  // Two people's worth of pages.
  test.slow();
  await signIn(page, demo);
  const { agent, key, reason } = await createAlarm(page, "Desk");
  const other = await browser.newContext();
  const second = await other.newPage();
  await signIn(second, { admin: demo.operator });
  await second.goto("/dashboard/desk");
  await isLive(second);
  await second.evaluate(() => document.documentElement.setAttribute("data-not-reloaded", ""));

  const messageId = await escalate(page, key, { reason, severity: "critical" });
  await expect(row(second, reason)).toContainText("Open");

  await page.goto("/dashboard/desk");
  await row(page, reason).click();
  await expect(detail(page)).toContainText(agent.name);
  await detail(page).getByRole("button", { name: "Take", exact: true }).click();
  await expect(detail(page)).toContainText("Taken by you");
  await expect(row(second, reason)).toContainText("Taken by Robin Avery");

  // Who has not taken it cannot resolve it, but can take it over.
  await row(second, reason).click();
  await expect(detail(second).getByRole("button", { name: "Take over" })).toBeVisible();
  await expect(detail(second).getByRole("button", { name: "Resolve" })).toHaveCount(0);

  await detail(page).getByLabel("What came of it").fill("Moved it back by hand.");
  await detail(page).getByRole("button", { name: "Resolve" }).click();
  await expect(detail(page)).toContainText("Resolved by Robin Avery");
  await expect(detail(second)).toContainText("Moved it back by hand.");
  await expect(second.locator("html[data-not-reloaded]")).toBeAttached();

  const [told] = await readInbox(page, key, agent);
  expect(told).toMatchObject({
    type: "status_update",
    payload: { status: "resolved", detail: "Moved it back by hand." },
    replyTo: messageId,
  });
  await second.getByRole("link", { name: "Closed" }).click();
  await expect(row(second, reason)).toContainText("Resolved");
  await other.close();
});

test("the desk is worked by keyboard alone, and a reply goes to the agent", async ({ page, demo }) => {
  await signIn(page, demo);
  const { agent, key, reason } = await createAlarm(page, "Keys");
  await escalate(page, key, { reason, severity: "critical" });
  await isLive(page);
  await page.keyboard.press("g");
  await page.keyboard.press("d");
  await expect(page).toHaveURL(/\/dashboard\/desk$/);
  await expect(row(page, reason)).toBeVisible();

  await queue(page).getByRole("link").first().focus();
  while (!(await row(page, reason).evaluate((link) => link === document.activeElement)))
    await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await tabTo(page, detail(page).getByRole("button", { name: "Take", exact: true }));
  await page.keyboard.press("Enter");
  await expect(detail(page)).toContainText("Taken by you");

  await tabTo(page, detail(page).getByRole("textbox", { name: `Reply to ${agent.name}` }));
  await page.keyboard.type("Which stop was it?");
  await page.keyboard.press("Control+Enter");
  await expect.poll(() => readInbox(page, key, agent)).toHaveLength(1);

  await tabTo(page, detail(page).getByLabel("What came of it"));
  await page.keyboard.type("The upper one.");
  await page.keyboard.press("Control+Enter");
  await expect(detail(page)).toContainText("Resolved by Robin Avery");
});

test("what comes while one is open waits for its reader, and the sidebar counts it", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { key, reason } = await createAlarm(page, "Calm");
  const first = await escalate(page, key, { reason, severity: "low" });
  await page.goto(`/dashboard/desk?escalation=${first}`);
  await isLive(page);
  const later = `${reason}, again`;
  await escalate(page, key, { reason: later, severity: "critical" });
  const pill = page.getByRole("button", { name: /^\d+ new$/ });
  await expect(pill).toBeVisible();
  await expect(row(page, later)).toHaveCount(0);
  await pill.click();
  await expect(row(page, later)).toBeVisible();
  await expect(page.getByRole("link", { name: /^Desk \d+ open$/ })).toBeVisible();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test("the list and what is open take turns", async ({ page, demo }) => {
    await signIn(page, demo);
    const { key, reason } = await createAlarm(page, "Phone");
    await escalate(page, key, { reason, severity: "critical" });
    await page.goto("/dashboard");
    await page.getByRole("button", { name: "Open navigation" }).click();
    await page.getByRole("link", { name: /^Desk/ }).click();
    await row(page, reason).click();
    await expect(detail(page)).toBeVisible();
    await expect(queue(page)).toBeHidden();
    await page.getByRole("link", { name: "Back to the desk" }).click();
    await expect(row(page, reason)).toBeVisible();
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("one is taken, handed back and resolved", async ({ page, demo }) => {
    await signIn(page, demo);
    const { agent, key, reason } = await createAlarm(page, "Plain");
    await escalate(page, key, { reason, severity: "critical" });
    await page.goto("/dashboard/desk");
    await row(page, reason).click();
    await detail(page).getByRole("button", { name: "Take", exact: true }).click();
    await expect(detail(page)).toContainText("Taken by you");
    await detail(page).getByRole("button", { name: "Hand back" }).click();
    await expect(detail(page)).toContainText("Open");
    await detail(page).getByLabel("What came of it").fill("Nothing: it moves again.");
    await detail(page).getByRole("button", { name: "Resolve" }).click();
    await expect(detail(page)).toContainText("Resolved by Robin Avery");
    expect(await readInbox(page, key, agent)).toHaveLength(1);
  });
});
