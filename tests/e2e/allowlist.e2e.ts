import type { Locator, Page } from "playwright/test";
import {
  createAgent,
  createKey,
  expect,
  send,
  signIn,
  type TestAgent,
  tabTo,
  test,
  unique,
} from "./journey.ts";

const grid = (page: Page): Locator => page.getByRole("grid");
const cell = (page: Page, from: TestAgent, to: TestAgent): Locator =>
  grid(page).getByRole("gridcell", { name: `${from.name} to ${to.name}:` });
const isAllowed = (page: Page, from: TestAgent, to: TestAgent, allowed: boolean) =>
  expect(cell(page, from, to)).toHaveAttribute("aria-selected", String(allowed));

/** Agents of the test's own, and the matrix with these alone. */
async function openMatrix(page: Page, count: number) {
  const word = unique("Matrix").replace(" ", "");
  const agents: TestAgent[] = [];
  for (let index = 0; index < count; index += 1)
    agents.push(await createAgent(page, `${word} ${"abcdef"[index]}`));
  await page.goto(`/dashboard/allowlist?senders=${word}&recipients=${word}`);
  await expect(grid(page)).toHaveAttribute("aria-rowcount", String(count + 1));
  return agents;
}

test("an edge is set at a press, by pointer and by keyboard, and holds for the next send", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const [a, b, c] = await openMatrix(page, 3);
  if (!a || !b || !c) throw new Error("three agents were made");
  const key = await createKey(page, a);
  await isAllowed(page, a, b, false);
  await cell(page, a, b).click();
  await isAllowed(page, a, b, true);
  await expect.poll(async () => (await send(page, key, b, "Passes")).status).toBe(201);
  await expect(grid(page).getByRole("rowheader", { name: `${a.name} may send to 1` })).toBeVisible();
  await expect(grid(page).getByRole("columnheader", { name: `${b.name} may receive from 1` })).toBeVisible();

  // One stop for Tab, wherever the focus was last; arrows, Home and End lead through it.
  await page.getByRole("combobox", { name: "One agent’s lists" }).focus();
  await tabTo(page, cell(page, a, b));
  await page.keyboard.press("End");
  await expect(cell(page, a, c)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(cell(page, b, c)).toBeFocused();
  await page.keyboard.press("Space");
  await isAllowed(page, b, c, true);
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowRight");
  await expect(cell(page, a, b)).toBeFocused();
  await page.keyboard.press("Enter");
  await isAllowed(page, a, b, false);
  await expect.poll(async () => (await send(page, key, b, "Is refused")).status).toBe(403);
  await page.keyboard.press("ArrowUp");
  await expect(grid(page).getByRole("link", { name: `${b.name} may receive from 0` })).toBeFocused();

  await page.reload();
  await isAllowed(page, a, b, false);
  await isAllowed(page, b, c, true);
});

test("presses in quick succession end as the last one says", async ({ page, demo }) => {
  await signIn(page, demo);
  const [a, b] = await openMatrix(page, 2);
  if (!a || !b) throw new Error("two agents were made");
  for (let presses = 0; presses < 5; presses += 1) await cell(page, a, b).click();
  await cell(page, b, a).click();
  await isAllowed(page, a, b, true);
  await isAllowed(page, b, a, true);
  const allowlist = async ({ id }: TestAgent) =>
    (await (await page.request.get(`/api/agents/${id}/allowlist`)).json()).pagination.total;
  await expect.poll(() => allowlist(a)).toBe(1);
  await expect.poll(() => allowlist(b)).toBe(1);
});

test.describe("when the server cannot be reached", () => {
  test.use({ tolerated: /Failed to load resource|ERR_FAILED/ } as Parameters<typeof test.use>[0]);

  test("an edge goes back to what it was, and says why", async ({ page, demo }) => {
    await signIn(page, demo);
    const [a, b] = await openMatrix(page, 2);
    if (!a || !b) throw new Error("two agents were made");
    await page.route("**/api/agents/*/allowlist/*", (route) => route.abort());
    await cell(page, a, b).click();
    await expect(page.getByText("Not saved. The server could not be reached.")).toBeVisible();
    await isAllowed(page, a, b, false);
    await page.unroute("**/api/agents/*/allowlist/*");
    await cell(page, a, b).click();
    await isAllowed(page, a, b, true);
    await page.reload();
    await isAllowed(page, a, b, true);
  });
});

test("a whole row is allowed and taken away after a question", async ({ page, demo }) => {
  await signIn(page, demo);
  const [a, b] = await openMatrix(page, 2);
  if (!a || !b) throw new Error("two agents were made");
  await grid(page)
    .getByRole("link", { name: `${a.name} may send to 0` })
    .click();
  const lists = page.getByRole("region", { name: a.name, exact: true });
  await lists.getByRole("button", { name: "Allow to send to all" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Allow to send to all" }).click();
  await expect(page.getByText(/^\d+ edges allowed$/)).toBeVisible();
  await isAllowed(page, a, b, true);
  await isAllowed(page, b, a, false);
  await expect(
    lists.getByRole("region", { name: "May send to" }).getByRole("link", { name: b.name }),
  ).toBeVisible();
  await lists.getByRole("button", { name: "Stop all sending" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop all sending" }).click();
  await expect(page.getByText(/^\d+ edges taken away$/)).toBeVisible();
  await isAllowed(page, a, b, false);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("an agent is picked and its two lists are edited", async ({ page, demo }) => {
    await signIn(page, demo);
    const sender = await createAgent(page, "Pocket list");
    const recipient = await createAgent(page, "Pocket other");
    await page.goto(`/dashboard/allowlist?senders=${encodeURIComponent(sender.name)}`);
    await expect(grid(page)).toBeHidden();
    await page.getByRole("table").getByRole("link", { name: sender.name }).tap();
    const lists = page.getByRole("region", { name: sender.name, exact: true });
    await lists.getByLabel("Allow another agent").selectOption({ label: recipient.name });
    await lists.getByRole("region", { name: "May send to" }).getByRole("button", { name: "Allow" }).tap();
    await expect(lists.getByRole("link", { name: recipient.name })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
  });
});

test("without JavaScript an agent's lists are edited by forms", async ({ page, browser, demo }) => {
  await signIn(page, demo);
  const sender = await createAgent(page, "Scriptless list");
  const recipient = await createAgent(page, "Scriptless other");
  const key = await createKey(page, sender);
  const context = await browser.newContext({
    javaScriptEnabled: false,
    storageState: await page.context().storageState(),
    baseURL: new URL(page.url()).origin,
  });
  try {
    const plain = await context.newPage();
    await plain.goto(`/dashboard/allowlist?senders=${encodeURIComponent(sender.name)}`);
    await plain.getByRole("table").getByRole("link", { name: sender.name }).click();
    await plain.getByLabel("Allow another agent").selectOption({ label: recipient.name });
    const outgoing = plain.getByRole("region", { name: "May send to" });
    await outgoing.getByRole("button", { name: "Allow" }).click();
    await expect(outgoing.getByRole("link", { name: recipient.name })).toBeVisible();
    expect((await send(page, key, recipient, "Passes")).status).toBe(201);
  } finally {
    await context.close();
  }
});
