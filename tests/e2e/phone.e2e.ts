import { createPair, expect, messageList, send, signIn, test } from "./journey.ts";

test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

test("on a phone one gets from the sign-in to a live message and back by touch", async ({ page, demo }) => {
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Handheld");

  await page.getByRole("button", { name: "Open navigation" }).tap();
  await page
    .getByRole("dialog")
    .or(page.locator("[popover]:popover-open"))
    .getByRole("link", { name: "Inbox" })
    .tap();
  await page.getByRole("navigation", { name: "Mailboxes" }).getByRole("link", { name: recipient.name }).tap();
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();

  expect((await send(page, key, recipient, "Seen on the go")).status).toBe(201);
  await expect(messageList(page).getByText("Seen on the go")).toBeVisible({ timeout: 1_000 });
  await messageList(page)
    .getByRole("link", { name: /Seen on the go/ })
    .tap();
  await expect(page.getByRole("article")).toContainText("Seen on the go");
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);

  await page.getByRole("link", { name: `Back to ${recipient.name}` }).tap();
  await expect(messageList(page)).toBeVisible();
  await page.getByRole("link", { name: "All mailboxes" }).tap();
  await expect(page.getByRole("navigation", { name: "Mailboxes" })).toBeVisible();
});
