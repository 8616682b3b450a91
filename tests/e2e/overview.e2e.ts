import type { Locator, Page } from "playwright/test";
import { createAgent, createKey, expect, send, signIn, tabTo, test } from "./journey.ts";

/** Waits until the page says that it is live. */
const untilLive = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();

const attention = (page: Page): Locator => page.getByRole("region", { name: "Needs attention" });

/** Two agents without an edge between them, and the sender's key. */
async function createStrangers(page: Page, name: string) {
  const sender = await createAgent(page, `${name} sender`);
  const recipient = await createAgent(page, `${name} recipient`);
  return { sender, recipient, key: await createKey(page, sender) };
}

test("signing in leads to the overview, where each figure leads to its list", async ({ page, demo }) => {
  await signIn(page, demo);
  await expect(page).toHaveURL(/\/dashboard$/);
  const main = page.getByRole("main");
  await expect(main.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();

  const lists = [
    [/^Messages/, "Messages", /\/dashboard\/messages\?window=1h$/],
    [/^Not delivered/, "Messages", /\?status=problem&window=24h$/],
    [/^Agents sending/, "Agents", /\/dashboard\/agents$/],
    [/^Escalations/, "Messages", /\?type=escalation&window=24h$/],
  ] as const;
  for (const [figure, heading, url] of lists) {
    await main.getByRole("link", { name: figure }).first().click();
    await expect(page).toHaveURL(url);
    await expect(main.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    await page.goBack();
    await expect(main.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  }
});

test("a refused send shows while one looks, and by the keyboard alone one lets the next pass", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createStrangers(page, "Refused");
  await untilLive(page);
  await page.evaluate(() => document.documentElement.setAttribute("data-not-reloaded", ""));

  expect((await send(page, key, recipient, "May I?")).status).toBe(403);
  const row = attention(page).getByRole("listitem").filter({ hasText: sender.name });
  await expect(row).toContainText(recipient.name, { timeout: 5_000 });
  await expect(row).toContainText("Not on the sender’s allowlist. 1 task hand-off");

  const allow = page.getByRole("button", { name: `Allow ${sender.name} to send to ${recipient.name}` });
  await tabTo(page, allow, 100);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "Allowed" })).toBeVisible();
  await expect(allow).toHaveCount(0);
  expect((await send(page, key, recipient, "Thank you")).status).toBe(201);
  await expect(page.locator("html[data-not-reloaded]")).toBeAttached();
});

test("what was refused leads to those very messages", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createStrangers(page, "Listed");
  for (const text of ["First try", "Second try"]) await send(page, key, recipient, text);
  await page.goto("/dashboard");
  const row = attention(page).getByRole("listitem").filter({ hasText: sender.name });
  await row.getByRole("link", { name: "2 messages" }).click();
  await expect(page).toHaveURL(new RegExp(`status=blocked&from=${sender.id}&to=${recipient.id}`));
  await expect(page.getByRole("row").filter({ hasText: "try" })).toHaveCount(2);
  await expect(page.getByText("2 messages", { exact: true })).toBeVisible();
});

test("the chart is drawn, and says the same in words and as a table", async ({ page, demo }) => {
  await signIn(page, demo);
  const chart = page.getByRole("figure", { name: "Messages of the last hour, by minute" });
  await expect(chart.locator("svg.recharts-surface")).toBeVisible();
  await expect(chart.getByRole("row")).toHaveCount(61);
  await expect(chart.locator("figcaption")).toHaveText(/delivered, .* not delivered\. Most at \d\d:\d\d/);
});

for (const [name, viewport] of [
  ["a phone", { width: 360, height: 740 }],
  ["a wide screen", { width: 1440, height: 900 }],
] as const)
  test(`nothing jumps while the overview and the messages load on ${name}, nor scrolls sideways`, async ({
    page,
    demo,
  }) => {
    await page.setViewportSize(viewport);
    await page.addInitScript(() => {
      const shifts = { total: 0 };
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          if ("value" in entry && "hadRecentInput" in entry && !entry.hadRecentInput)
            shifts.total += Number(entry.value);
      }).observe({ type: "layout-shift", buffered: true });
    });
    await signIn(page, demo);
    for (const path of ["/dashboard", "/dashboard/messages"]) {
      await page.goto(path);
      await untilLive(page);
      if (path === "/dashboard") await expect(page.locator("svg.recharts-surface")).toBeVisible();
      const { shift, overflow } = await page.evaluate(() => ({
        shift: (window as unknown as { shifts: { total: number } }).shifts.total,
        overflow: document.documentElement.scrollWidth - window.innerWidth,
      }));
      expect(shift, path).toBeLessThan(0.1);
      expect(overflow, path).toBeLessThanOrEqual(0);
    }
  });
