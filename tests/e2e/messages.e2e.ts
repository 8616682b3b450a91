import type { Locator, Page } from "playwright/test";
import { createAgent, createKey, createPair, expect, send, signIn, tabTo, test } from "./journey.ts";

/** Waits until the page says that it is live: from then on it answers to what one does. */
const untilLive = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();

const rows = (page: Page): Locator => page.getByRole("main").locator("a[data-row-link]");

test("filters are the URL: back, forward and a reload keep them", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Filtered");
  await send(page, key, recipient, "Goes through");
  const stranger = await createAgent(page, "Filtered stranger");
  await send(page, key, stranger, "Is refused");

  await page.goto(`/dashboard/messages?from=${sender.id}`);
  await untilLive(page);
  await expect(rows(page)).toHaveText(["Is refused", "Goes through"]);
  await page.getByLabel("Status").selectOption({ label: "Not delivered" });
  await expect(rows(page)).toHaveText(["Is refused"]);
  await expect(page).toHaveURL(/status=problem/);
  await page.getByLabel("Type").selectOption({ label: "Escalation" });
  await expect(page.getByText("Nothing matches")).toBeVisible();

  await page.goBack();
  await expect(rows(page)).toHaveText(["Is refused"]);
  await page.goBack();
  await expect(rows(page)).toHaveText(["Is refused", "Goes through"]);
  await expect(page.getByLabel("Status")).toHaveValue("");
  await page.goForward();
  await expect(rows(page)).toHaveText(["Is refused"]);
  await page.reload();
  await expect(page.getByLabel("Status")).toHaveValue("problem");
  await page.getByRole("link", { name: "Clear", exact: true }).click();
  await expect(page).toHaveURL(/\/dashboard\/messages$/);
});

test("pages go on to what is older and back, and stay where they are when more is sent", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Paged");
  for (let n = 1; n <= 60; n++) await send(page, key, recipient, `Number ${n}`);
  await page.goto(`/dashboard/messages?from=${sender.id}`);
  await expect(rows(page)).toHaveCount(50);
  await expect(rows(page).first()).toHaveText("Number 60");

  await page.getByRole("link", { name: "Older" }).click();
  await expect(rows(page)).toHaveCount(10);
  await expect(rows(page).first()).toHaveText("Number 10");
  await send(page, key, recipient, "Number 61");
  await page.reload();
  await expect(rows(page).first()).toHaveText("Number 10");

  await page.getByRole("link", { name: "Newer" }).click();
  await expect(rows(page).first()).toHaveText("Number 60");
  await expect(rows(page)).toHaveCount(50);
  await page.getByRole("link", { name: "Newest" }).click();
  await expect(rows(page).first()).toHaveText("Number 61");
});

test("by the keyboard alone one filters, opens a message and comes back to its row", async ({
  page,
  demo,
}) => {
  const { keyboard } = page;
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Keys");
  for (const text of ["Older one", "Newer one"]) await send(page, key, recipient, text);
  await page.goto("/dashboard/messages");
  await untilLive(page);
  await tabTo(page, page.getByLabel("From"), 100);
  await keyboard.type(sender.name);
  await expect(page).toHaveURL(new RegExp(sender.id));
  await expect(rows(page)).toHaveText(["Newer one", "Older one"]);

  await tabTo(page, rows(page).first(), 100);
  await keyboard.press("ArrowDown");
  await expect(rows(page).nth(1)).toBeFocused();
  await keyboard.press("Enter");
  const drawer = page.getByRole("dialog", { name: "Message" });
  await expect(drawer.getByRole("article")).toContainText("Older one");
  await expect(page).toHaveURL(/message=msg_/);
  await keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await expect(page).not.toHaveURL(/message=/);
  await expect(rows(page).nth(1)).toBeFocused();
});

test("a link to a message opens it, and a reply leads to what it answers", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Linked");
  const answer = await send(page, key, recipient, "The first word");
  const { messageId } = (await answer.json()) as { messageId: string };
  const reply = await fetch(new URL("/api/messaging/send", page.url()), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      recipientId: recipient.id,
      type: "status_update",
      payload: { status: "The second word" },
      correlationId: "linked",
      replyTo: messageId,
    }),
  });
  expect(reply.status).toBe(201);
  const { messageId: replyId } = (await reply.json()) as { messageId: string };

  // The list has the reply alone, so the message it answers is asked for.
  await page.goto(`/dashboard/messages?from=${sender.id}&type=status_update&message=${replyId}`);
  const drawer = page.getByRole("dialog", { name: "Message" });
  await expect(drawer.getByRole("article")).toContainText("The second word");
  await drawer.getByRole("link", { name: messageId }).click();
  await expect(drawer.getByRole("article")).toContainText("The first word");
  await drawer.getByRole("button", { name: "Close" }).click();
  await expect(rows(page)).toHaveText(["The second word"]);
});

test("what is sent shows by itself, but moves nothing that is being pointed at", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Held");
  await send(page, key, recipient, "There before");
  await page.goto(`/dashboard/messages?from=${sender.id}`);
  await untilLive(page);
  await page.mouse.move(0, 0);
  await send(page, key, recipient, "By itself");
  await expect(rows(page).first()).toHaveText("By itself");

  await rows(page).first().hover();
  await send(page, key, recipient, "When asked for");
  const news = page.getByRole("button", { name: "Check for new ones" });
  await expect(news).toBeVisible();
  await expect(rows(page).first()).toHaveText("By itself");
  await news.click();
  await expect(rows(page).first()).toHaveText("When asked for");
});

test.describe("with a filter that there is none of", () => {
  // The browser itself notes every answer that is not a success.
  test.use({ tolerated: /status of 400/ });

  test("the page says so inside the shell", async ({ page, demo }) => {
    await signIn(page, demo);
    await page.goto("/dashboard/messages?status=nonsense");
    await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
    await page.getByRole("link", { name: "Agents", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Agents" })).toBeVisible();
  });
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("one reads a message by touch and comes back to the list", async ({ page, demo }) => {
    await signIn(page, demo);
    const sender = await createAgent(page, "Pocket sender");
    const key = await createKey(page, sender);
    const recipient = await createAgent(page, "Pocket recipient");
    await send(page, key, recipient, "Refused on the go");
    await page.goto(`/dashboard/messages?from=${sender.id}`);
    await expect(page.getByRole("row").filter({ hasText: "Refused on the go" })).toContainText("Blocked");
    await rows(page).first().tap();
    const drawer = page.getByRole("dialog", { name: "Message" });
    await expect(drawer).toContainText("The sender may not send to this recipient.");
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await drawer.getByRole("button", { name: "Close" }).tap();
    await expect(drawer).toBeHidden();
    await expect(rows(page)).toHaveCount(1);
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("filters apply by their button", async ({ page, demo }) => {
    await signIn(page, demo);
    await page.goto("/dashboard/messages");
    await page.getByLabel("Status").selectOption("blocked");
    await page.getByRole("button", { name: "Apply" }).click();
    await expect(page).toHaveURL(/status=blocked/);
    await expect(page.getByLabel("Status")).toHaveValue("blocked");
  });
});

test("one searches what was said, narrows it down, and the URL says it all", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Searched");
  await send(page, key, recipient, "The zirconium gasket leaks");
  await send(page, key, recipient, "Nothing of note");
  await page.goto(`/dashboard/messages?from=${sender.id}`);
  await untilLive(page);
  await expect(rows(page)).toHaveCount(2);
  await page.getByRole("searchbox", { name: "Search what was said" }).fill("gasket ZIRCONIUM");
  await expect(rows(page)).toHaveText(["The zirconium gasket leaks"]);
  await expect(page).toHaveURL(/text=gasket\+ZIRCONIUM/);

  await page.getByText("More filters").click();
  await page.getByLabel("Sender or recipient").selectOption(recipient.id);
  await page.getByLabel("Handling").selectOption({ label: "Not handled yet" });
  await page.getByLabel("Priority").selectOption({ label: "Normal" });
  await expect(rows(page)).toHaveCount(1);
  await page.getByLabel(/Sent before/).fill("2020-01-01T00:00");
  await page.getByLabel(/Sent before/).press("Enter");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await page.getByLabel(/Sent before/).fill("2999-01-01T00:00");
  await page.getByLabel(/Sent before/).blur();
  await expect(rows(page)).toHaveCount(1);
  await page.reload();
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByLabel("Priority")).toHaveValue("normal");
  await expect(page.getByLabel(/Sent before/)).toHaveValue("2999-01-01T00:00");
});

test("the drawer tells what happened to a message, and the list is had as a file", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Told");
  await send(page, key, recipient, "Told of");
  await page.goto(`/dashboard/messages?from=${sender.id}`);
  await untilLive(page);
  await rows(page).first().click();
  const drawer = page.getByRole("dialog", { name: "Message" });
  const told = drawer.getByRole("region", { name: "What happened" });
  await expect(told.getByRole("listitem")).toContainText([`Acceptedby ${sender.name}`]);
  await drawer.getByRole("button", { name: "Close" }).click();

  await page.getByText("Export", { exact: true }).click();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /NDJSON/ }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^messages-\d{4}-\d\d-\d\d\.ndjson$/);
  const content = await (await file.createReadStream()).toArray();
  expect(
    Buffer.concat(content)
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    expect.objectContaining({
      senderId: sender.id,
      payload: expect.objectContaining({ description: "Told of" }),
    }),
  ]);
});
