import type { Locator, Page } from "playwright/test";
import { z } from "zod";
import { createKey, createPair, expect, send, signIn, type TestAgent, tabTo, test } from "./journey.ts";

const rows = (page: Page): Locator => page.getByRole("main").locator("a[data-row-link]");
const untilLive = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
const claimed = z.object({
  messages: z.array(z.object({ id: z.string(), lease: z.object({ id: z.string() }) })),
});

/** A pair whose recipient claims, and what it does with its key. */
async function createClaimer(page: Page, name: string) {
  const pair = await createPair(page, name);
  const { recipient } = pair;
  const headers = { origin: new URL(page.url()).origin };
  const changed = await page.request.patch(`/api/agents/${recipient.id}`, {
    data: { mailboxMode: "claim" },
    headers,
  });
  expect(changed.status()).toBe(200);
  const key = await createKey(page, recipient);
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(new URL(`/api/messaging/inbox/${recipient.id}/${path}`, page.url()), {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    return response.json();
  };
  const claim = async () => claimed.parse(await post("claim", { limit: 100 })).messages;
  return {
    ...pair,
    claim,
    /** Hands everything out and takes it back until it is dead. */
    async exhaust() {
      for (let n = 0; n < 5; n++) {
        const messages = (await claim()).map(({ id, lease }) => ({ messageId: id, leaseId: lease.id }));
        await post("nack", { messages });
      }
    },
  };
}

const pathOf = ({ id }: TestAgent) => `/dashboard/dead-letters?to=${id}`;

test("a dead letter is found, looked at and replayed; then its agent is given it again", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const claimer = await createClaimer(page, "Buried");
  for (const text of ["First", "Second", "Third"]) await send(page, claimer.key, claimer.recipient, text);
  await claimer.exhaust();
  await page.goto(pathOf(claimer.recipient));
  await untilLive(page);
  await expect(rows(page)).toHaveText(["Third", "Second", "First"]);
  await expect(page.getByRole("row", { name: /Second/ })).toContainText("5 leases");
  await expect(page.getByRole("button", { name: "Replay selected" })).toBeDisabled();

  await rows(page).filter({ hasText: "Second" }).click();
  const drawer = page.getByRole("dialog");
  await expect(drawer).toContainText("Dead");
  await expect(drawer).toContainText("handed out five times and never acknowledged");
  await drawer.getByRole("button", { name: "Replay" }).click();
  await expect(page.getByText("1 message replayed")).toBeVisible();
  await expect(drawer).toContainText("Unread");
  await page.keyboard.press("Escape");
  await expect(rows(page)).toHaveText(["Third", "First"]);
  expect(await claimer.claim()).toHaveLength(1);
});

test("several are selected and replayed by the keyboard alone", async ({ page, demo }) => {
  const { keyboard } = page;
  await signIn(page, demo);
  const claimer = await createClaimer(page, "Chosen");
  for (const text of ["First", "Second", "Third"]) await send(page, claimer.key, claimer.recipient, text);
  await claimer.exhaust();
  await page.goto(pathOf(claimer.recipient));
  await untilLive(page);
  await tabTo(page, page.getByRole("checkbox", { name: "Select “Third”" }), 100);
  await keyboard.press("Space");
  await tabTo(page, page.getByRole("checkbox", { name: "Select “First”" }));
  await keyboard.press("Space");
  const button = page.getByRole("button", { name: "Replay selected (2)" });
  await button.focus();
  await keyboard.press("Enter");
  await expect(page.getByText("2 messages replayed")).toBeVisible();
  await expect(rows(page)).toHaveText(["Second"]);

  await page.getByRole("checkbox", { name: "Select all on this page" }).check();
  await expect(page.getByRole("button", { name: "Replay selected (1)" })).toBeEnabled();
  await page.getByRole("checkbox", { name: "Select all on this page" }).uncheck();
  await expect(page.getByRole("button", { name: "Replay selected" })).toBeDisabled();
});

test("a whole mailbox is replayed after a question", async ({ page, demo }) => {
  await signIn(page, demo);
  const claimer = await createClaimer(page, "Emptied");
  for (let n = 1; n <= 4; n++) await send(page, claimer.key, claimer.recipient, `Number ${n}`);
  await claimer.exhaust();
  await page.goto("/dashboard/dead-letters");
  await expect(page.getByRole("button", { name: /Replay all for/ })).toHaveCount(0);
  await page.getByLabel("To", { exact: true }).selectOption(claimer.recipient.id);
  await expect(rows(page)).toHaveCount(4);
  await page.getByRole("button", { name: `Replay all for ${claimer.recipient.name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Replay all" }).click();
  await expect(page.getByText("Nothing matches")).toBeVisible();
  expect(await claimer.claim()).toHaveLength(4);
});

test("what dies while one looks comes to the list by itself, and the tab counts it", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const claimer = await createClaimer(page, "Watched");
  await page.goto(pathOf(claimer.recipient));
  await untilLive(page);
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await send(page, claimer.key, claimer.recipient, "Dies now");
  await claimer.exhaust();
  await expect(rows(page)).toHaveText(["Dies now"], { timeout: 15_000 });
  await expect(
    page
      .getByRole("navigation", { name: "Views of the messages" })
      .getByRole("link", { name: /Dead letters \d/ }),
  ).toBeVisible();
});

test.describe("without JavaScript", () => {
  // That nothing was ticked is answered 400.
  test.use({ javaScriptEnabled: false, tolerated: /status of 400/ });

  test("the list is a form that replays what is ticked", async ({ page, demo, browser }) => {
    // Its fixtures speak through the page's own session; a form is all that this page has.
    const other = await browser.newPage();
    await signIn(other, demo);
    const claimer = await createClaimer(other, "Plain");
    for (const text of ["First", "Second"]) await send(other, claimer.key, claimer.recipient, text);
    await claimer.exhaust();
    await other.close();
    await signIn(page, demo);
    await page.goto(pathOf(claimer.recipient));
    await page.getByRole("checkbox", { name: "Select “First”" }).check();
    await page.getByRole("button", { name: "Replay selected" }).click();
    await expect(page.getByText("1 message replayed.")).toBeVisible();
    await page.goto(pathOf(claimer.recipient));
    await expect(rows(page)).toHaveText(["Second"]);
    await page.getByRole("button", { name: "Replay selected" }).click();
    await expect(page.getByText(/Select at least one message/)).toBeVisible();
  });
});
