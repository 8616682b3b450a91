import { createPair, expect, send, signIn, test } from "./journey.ts";

test("what was sent and refused shows in the statistics, and each figure leads to its list", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Counted");
  for (const text of ["One", "Two", "Three"])
    expect((await send(page, key, recipient, text)).status).toBe(201);
  expect((await send(page, key, sender, "To myself")).status).toBe(403);

  await page.goto("/dashboard/messages");
  await page.goto("/dashboard/statistics");
  const main = page.getByRole("main");
  await expect(main.getByRole("heading", { level: 1, name: "Statistics" })).toBeVisible();
  // The page loads the figures again by itself when they have been folded in.
  const chart = page.getByRole("figure", { name: "Messages of the last 24 hours, by hour" });
  await expect(chart.locator("svg.recharts-surface")).toBeVisible();
  await expect(chart.getByRole("row")).toHaveCount(25);
  await expect(chart.locator("figcaption")).toHaveText(/delivered, .* blocked\. Most at \d\d:\d\d/);

  await main.getByRole("link", { name: /^Not delivered/ }).click();
  await expect(page).toHaveURL(/\/dashboard\/messages\?status=problem&window=24h$/);
  await page.goBack();
  await main.getByRole("link", { name: "Task hand-off" }).click();
  await expect(page).toHaveURL(/\?type=task_handoff&window=24h$/);
});

test("the window of time is in the URL, and the tabs lead between the pages of messages", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  await page.goto("/dashboard/statistics");
  await page.getByRole("navigation", { name: "Window of time" }).getByRole("link", { name: "30 d" }).click();
  await expect(page).toHaveURL(/\?window=30d$/);
  await expect(
    page.getByRole("figure", { name: "Messages of the last 30 days, by day (UTC)" }),
  ).toBeVisible();
  await page.reload();
  await expect(page.getByRole("link", { name: "30 d", exact: true })).toHaveAttribute("aria-current", "true");
  await page.getByRole("navigation", { name: "Messages" }).getByRole("link", { name: "All" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Messages" })).toBeVisible();
});

test("an agent's page says whom it talks to", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Talker");
  expect((await send(page, key, recipient, "Hello")).status).toBe(201);
  const panel = page.getByRole("region", { name: "Talks with" });
  await expect(async () => {
    await page.goto(`/dashboard/agents/${sender.id}`);
    await expect(panel.getByRole("link", { name: recipient.name })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await expect(panel).toContainText("1 sent · 0 received");
  await panel.getByRole("link", { name: recipient.name }).click();
  await expect(page).toHaveURL(new RegExp(`from=${sender.id}&to=${recipient.id}&window=30d`));
});
