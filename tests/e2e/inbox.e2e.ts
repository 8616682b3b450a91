import type { Locator, Page } from "playwright/test";
import { fillMailbox } from "./full-mailbox.ts";
import { createPair, expect, messageList, openInbox, send, signIn, test } from "./journey.ts";

const dataDir = process.env.SIGNALBOX_E2E_DATA_DIR ?? "";

/** The element that the list scrolls in. */
const scrollerOf = (page: Page): Locator => messageList(page).locator("xpath=..");
const scrollTo = (page: Page, share: number): Promise<void> =>
  scrollerOf(page).evaluate((element, part) => element.scrollTo({ top: element.scrollHeight * part }), share);
const row = (page: Page, text: string | RegExp): Locator =>
  messageList(page).getByRole("link", { name: text });

/** What stands in the first row that is wholly in view. */
const topRow = (page: Page): Promise<string | undefined> =>
  scrollerOf(page).evaluate((element) => {
    const { top } = element.getBoundingClientRect();
    const items = [...element.querySelectorAll("li")];
    return (
      items.find((item) => item.getBoundingClientRect().top >= top - 1)?.querySelector("a")?.textContent ?? ""
    );
  });

/** The best of three, in milliseconds. */
async function timeToOpen(page: Page, mailboxId: string, shown: Locator): Promise<number> {
  const timesMs: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    await page.goto("about:blank");
    const startedAtMs = Date.now();
    await page.goto(`/dashboard/inbox?agent=${mailboxId}`);
    await expect(shown).toBeVisible();
    timesMs.push(Date.now() - startedAtMs);
  }
  return Math.min(...timesMs);
}

test("an inbox of 100,000 messages opens in under a second, and any part of it is a scroll away", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { sender, recipient } = await createPair(page, "Full");
  await fillMailbox(dataDir, { senderId: sender.id, recipientId: recipient.id, count: 100_000 });
  await openInbox(page, recipient);

  // Under a second, or hardly longer than an empty inbox where the machine has other things to do.
  const emptyMs = await timeToOpen(page, sender.id, page.getByText("No messages yet"));
  const fullMs = await timeToOpen(page, recipient.id, row(page, /Message number 100000/));
  expect(fullMs, `an empty inbox opened in ${emptyMs} ms`).toBeLessThan(Math.max(1_000, emptyMs * 1.5));

  // The list has its whole height as soon as the page is alive, and draws what is in view.
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  await expect(messageList(page).getByRole("listitem").first()).toHaveAttribute("aria-setsize", "100000");
  await expect(page.getByText("100,000 messages")).toBeVisible();
  await scrollTo(page, 0.5);
  await expect.poll(() => topRow(page)).toMatch(/Message number (49|50)\d{3}/);
  await scrollTo(page, 1);
  await expect(row(page, /Message number 1(?!\d)/)).toBeVisible();
  expect(await messageList(page).getByRole("listitem").count()).toBeLessThan(60);

  // A link to an old message opens the list where it is.
  await row(page, /Message number 5(?!\d)/).click();
  await expect(page.getByRole("article")).toContainText("Message number 5");
  await page.reload();
  await expect(row(page, /Message number 5(?!\d)/)).toBeInViewport();
});

/** Scrolls the list up and down and back to where it was; gives the time between frames meanwhile. */
const scrollToAndFro = (page: Page, forMs: number): Promise<{ medianMs: number; p95Ms: number }> =>
  scrollerOf(page).evaluate(async (element, durationMs) => {
    const gapsMs: number[] = [];
    const startTop = element.scrollTop;
    const start = performance.now();
    let last = start;
    while (last - start < durationMs) {
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      gapsMs.push(now - last);
      last = now;
      element.scrollTop = startTop + Math.sin((now - start) / 400) * 1_200;
    }
    element.scrollTop = startTop;
    gapsMs.sort((a, b) => a - b);
    const at = (share: number): number => gapsMs[Math.floor(gapsMs.length * share)] ?? 0;
    return { medianMs: at(0.5), p95Ms: at(0.95) };
  }, forMs);

test("20 messages a second neither move what is read nor make scrolling stutter", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Busy");
  await fillMailbox(dataDir, { senderId: sender.id, recipientId: recipient.id, count: 2_000 });
  await openInbox(page, recipient);
  await scrollTo(page, 0.25);
  await expect.poll(() => topRow(page)).toMatch(/Message number 15\d\d/);
  const read = await topRow(page);

  // What else the machine is busy with slows both.
  const calm = await scrollToAndFro(page, 1_600);
  const sends: Promise<Response>[] = [];
  const timer = setInterval(() => sends.push(send(page, key, recipient, `Burst ${sends.length + 1}`)), 50);
  const busy = await scrollToAndFro(page, 3_200);
  clearInterval(timer);
  for (const { status } of await Promise.all(sends)) expect(status).toBe(201);
  expect(busy.medianMs, `median between frames, ${calm.medianMs} ms without messages`).toBeLessThan(
    Math.max(50, calm.medianMs * 3),
  );
  expect(busy.p95Ms, `95th percentile between frames, ${calm.p95Ms} ms without messages`).toBeLessThan(
    Math.max(120, calm.p95Ms * 4),
  );

  // They wait behind a button, which leads to them.
  const pill = page.getByRole("button", { name: `${sends.length} new` });
  await expect(pill).toBeVisible();
  await expect.poll(() => topRow(page)).toBe(read);
  await pill.click();
  await expect(row(page, `Burst ${sends.length}`)).toBeVisible();
  await expect(pill).toBeHidden();
  expect(await scrollerOf(page).evaluate((element) => element.scrollTop)).toBe(0);
});

test("the list is one stop for Tab, walked along by keys, and keeps the focus while it is scrolled", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { sender, recipient } = await createPair(page, "Keys");
  await fillMailbox(dataDir, { senderId: sender.id, recipientId: recipient.id, count: 500 });
  await openInbox(page, recipient);
  const { keyboard } = page;

  await row(page, /number 500/).focus();
  await keyboard.press("ArrowDown");
  await keyboard.press("j");
  await expect(row(page, /number 498/)).toBeFocused();
  await keyboard.press("k");
  await expect(row(page, /number 499/)).toBeFocused();
  await keyboard.press("PageDown");
  await expect(row(page, /number 499/)).not.toBeFocused();
  await keyboard.press("End");
  await expect(row(page, /number 1(?!\d)/)).toBeFocused();
  await expect(row(page, /number 1(?!\d)/)).toBeInViewport();
  await scrollTo(page, 0);
  await expect(row(page, /number 500/)).toBeVisible();
  // Scrolled out of view it is still there, and goes on from where it was.
  await expect(row(page, /number 1(?!\d)/)).toBeFocused();
  await keyboard.press("ArrowUp");
  await expect(row(page, /number 2(?!\d)/)).toBeFocused();
  await expect(row(page, /number 2(?!\d)/)).toBeInViewport();
  await keyboard.press("Home");
  await expect(row(page, /number 500/)).toBeFocused();
  await keyboard.press("Enter");
  await expect(page.getByRole("article")).toContainText("Message number 500");

  // From the row, Tab leaves the list.
  await row(page, /number 500/).focus();
  await keyboard.press("Tab");
  expect(await messageList(page).evaluate((list) => list.contains(document.activeElement))).toBe(false);
});

test("filters read on to the end of what they let through, and back and forward keep them", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { sender, recipient } = await createPair(page, "Filtered");
  await fillMailbox(dataDir, { senderId: sender.id, recipientId: recipient.id, count: 180 });
  await openInbox(page, recipient);

  await page.getByLabel("Type").selectOption("task_handoff");
  await expect(page).toHaveURL(/type=task_handoff/);
  await expect(page.getByText("180 of 180 messages")).toBeVisible();
  // Each page that comes makes the list longer.
  await expect
    .poll(async () => {
      await scrollTo(page, 1);
      return row(page, /number 1(?!\d)/).count();
    })
    .toBe(1);

  await page.getByLabel("Type").selectOption("escalation");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await page.goBack();
  await expect(row(page, /number 180/)).toBeVisible();
  await expect(page.getByLabel("Type")).toHaveValue("task_handoff");
  await page.goForward();
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await page.getByRole("link", { name: "Clear filters" }).first().click();
  await expect(page.getByText("180 messages", { exact: true })).toBeVisible();
});

test("what came since one last looked is marked, counted, and not any more once it was seen", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Unseen");
  const entry = page
    .getByRole("navigation", { name: "Mailboxes" })
    .getByRole("link", { name: recipient.name });
  await send(page, key, recipient, "Before anybody looked");
  const seen = page.waitForResponse((response) => response.url().endsWith("/dashboard/inbox/seen"));
  await openInbox(page, recipient);
  // An agent's mailbox counts from when somebody first opens it.
  await expect(row(page, "Before anybody looked")).not.toContainText("New");
  await send(page, key, recipient, "While it is open");
  await expect(row(page, "While it is open")).toBeVisible();
  expect((await seen).ok()).toBe(true);

  await page.goto("/dashboard/agents");
  await send(page, key, recipient, "While one is elsewhere");
  await page.goto("/dashboard/inbox");
  await expect(entry).toContainText("1 new");
  await entry.click();
  await expect(row(page, "While one is elsewhere")).toContainText("New");
  await expect(entry).not.toContainText("new");
  await row(page, "While one is elsewhere").click();
  await expect(row(page, "While one is elsewhere")).not.toContainText("New");
});

test.describe("where pages cannot be fetched", () => {
  test.use({ tolerated: /Failed to load resource/ });

  test("the list says so and tries again when asked", async ({ page, demo }) => {
    await signIn(page, demo);
    const { sender, recipient } = await createPair(page, "Failing");
    await fillMailbox(dataDir, { senderId: sender.id, recipientId: recipient.id, count: 400 });
    await openInbox(page, recipient);
    await page.route("**/api/messaging/inbox/**", (route) => route.fulfill({ status: 500, body: "{}" }));
    await scrollTo(page, 0.5);
    await expect(page.getByRole("alert")).toContainText("could not be loaded");
    await page.unroute("**/api/messaging/inbox/**");
    await page.getByRole("button", { name: "Try again" }).click();
    await expect.poll(() => topRow(page)).toMatch(/Message number (19|20)\d/);
    await expect(page.getByRole("alert")).toBeHidden();
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("one pages to older messages by links", async ({ page, demo }) => {
    await signIn(page, demo);
    const { sender, recipient } = await createPair(page, "Scriptless");
    await fillMailbox(dataDir, { senderId: sender.id, recipientId: recipient.id, count: 120 });
    await page.goto(`/dashboard/inbox?agent=${recipient.id}`);
    await expect(row(page, /number 120/)).toBeVisible();
    await expect(messageList(page).getByRole("listitem")).toHaveCount(50);
    await page.getByRole("link", { name: "Older messages" }).click();
    await expect(row(page, /number 70(?!\d)/)).toBeVisible();
    await page.getByRole("link", { name: "Newest" }).click();
    await expect(row(page, /number 120/)).toBeVisible();
  });
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("an old message opens and leads back to where it was", async ({ page, demo }) => {
    await signIn(page, demo);
    const { sender, recipient } = await createPair(page, "Pocket");
    await fillMailbox(dataDir, { senderId: sender.id, recipientId: recipient.id, count: 1_000 });
    await openInbox(page, recipient);
    await scrollTo(page, 0.5);
    await expect.poll(() => topRow(page)).toMatch(/Message number (49|50)\d/);
    await row(page, /number 495/).tap();
    await expect(page.getByRole("article")).toContainText("Message number 495");
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await page.getByRole("link", { name: `Back to ${recipient.name}` }).tap();
    await expect(row(page, /number 495/)).toBeInViewport();
  });
});
