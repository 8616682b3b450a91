import type { Locator, Page } from "playwright/test";
import { z } from "zod";
import { fillMailbox } from "./full-mailbox.ts";
import {
  createAgent,
  createKey,
  createPair,
  expect,
  messageList,
  openInbox,
  send,
  signIn,
  type TestAgent,
  test,
  unique,
} from "./journey.ts";

const dataDir = process.env.SIGNALBOX_E2E_DATA_DIR ?? "";
const pathOf = (correlationId: string): string =>
  `/dashboard/conversations/${encodeURIComponent(correlationId)}`;
const cards = (page: Page): Locator => messageList(page).getByRole("article");
const card = (page: Page, text: string): Locator => cards(page).filter({ hasText: text });
const isLive = (page: Page): Promise<void> =>
  expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();

/** A send into a conversation, with an agent's key. Gives the message's id, also of one that was refused. */
async function say(
  page: Page,
  key: string,
  recipient: TestAgent | "operators",
  envelope: { correlationId: string; type: string; payload: object; replyTo?: string },
): Promise<string> {
  const response = await fetch(new URL("/api/messaging/send", page.url()), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ recipientId: recipient === "operators" ? recipient : recipient.id, ...envelope }),
  });
  return z.object({ messageId: z.string() }).parse(await response.json()).messageId;
}

const handOff = (description: string) => ({
  type: "task_handoff",
  payload: { taskId: "T-1", description, priority: "medium", context: { branch: "fix/arm" } },
});
const status = (detail: string) => ({
  type: "status_update",
  payload: { status: "in progress", progress: 40, detail },
});

test("a message leads to its conversation, which goes on while one looks", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Thread");
  const correlationId = unique("order 7 / № 1?#%");
  const asked = await say(page, key, recipient, { correlationId, ...handOff("Calibrate the arm") });
  await openInbox(page, recipient);
  await messageList(page).getByRole("link").first().click();
  await page.getByRole("link", { name: "Conversation", exact: true }).click();

  await expect(page.getByRole("heading", { level: 1, name: "Calibrate the arm" })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: sender.name }).first()).toBeVisible();
  await isLive(page);
  await page.evaluate(() => document.documentElement.setAttribute("data-not-reloaded", ""));
  await say(page, key, recipient, { correlationId, replyTo: asked, ...status("Two joints are done") });
  await expect(card(page, "Two joints are done")).toBeVisible({ timeout: 3_000 });
  await expect(cards(page)).toHaveCount(2);

  // A refusal belongs to the story, says why, and leads to where it can be allowed.
  const outsider = await createAgent(page, "Thread outsider");
  await say(page, key, outsider, { correlationId, ...status("May you hear this?") });
  const refused = card(page, "May you hear this?");
  await expect(refused).toContainText("Blocked", { timeout: 3_000 });
  await expect(refused).toContainText("The sender may not send to this recipient.");
  await expect(refused.getByRole("link", { name: /Allow it/ })).toHaveAttribute(
    "href",
    `/dashboard/agents/${sender.id}`,
  );
  await say(page, key, "operators", {
    correlationId,
    type: "escalation",
    payload: { reason: "The arm hit a stop", severity: "critical" },
  });
  await expect(card(page, "The arm hit a stop")).toContainText("Critical", { timeout: 3_000 });
  await expect(page.locator("html[data-not-reloaded]")).toBeAttached();
});

test("replies lead to what they answer, and each message shows as JSON and has a link", async ({
  page,
  context,
  demo,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Replies");
  const correlationId = unique("replies");
  const asked = await say(page, key, recipient, { correlationId, ...handOff("Grease the rails") });
  for (let n = 1; n <= 8; n += 1) await say(page, key, recipient, { correlationId, ...status(`Rail ${n}`) });
  await say(page, key, recipient, { correlationId, replyTo: asked, ...status("All rails are greased") });
  await page.goto(pathOf(correlationId));
  await isLive(page);

  const answer = card(page, "All rails are greased");
  await answer.getByRole("link", { name: /In reply to/ }).click();
  await expect(page).toHaveURL(new RegExp(`#${asked}$`));
  await expect(page.locator(`[id="${asked}"]`)).toBeInViewport();

  await answer.getByRole("button", { name: "Show as JSON" }).click();
  await expect(answer).toContainText('"replyTo"');
  await answer.getByRole("button", { name: "Copy link to message" }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/\/dashboard\/conversations\/replies%20[0-9a-f]+\?message=msg_/);
  await page.goto(link);
  await expect(card(page, "All rails are greased")).toBeInViewport();
});

test("a long conversation opens at its end, with how it began, and is read on without moving", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Long");
  const correlationId = unique("long");
  await fillMailbox(dataDir, { senderId: sender.id, recipientId: recipient.id, count: 240, correlationId });
  await page.goto(pathOf(correlationId));
  await expect(page.getByRole("heading", { level: 1, name: "Message number 1" })).toBeVisible();
  await expect(cards(page)).toHaveCount(51);
  await expect(cards(page).last()).toContainText("Message number 240");

  await isLive(page);
  const earlier = page.getByRole("button", { name: "Show earlier messages (189 hidden)" });
  const first = page.locator("article").filter({ hasText: "Message number 191" });
  await earlier.scrollIntoViewIfNeeded();
  const topBefore = await first.evaluate((element) => element.getBoundingClientRect().top);
  await earlier.click();
  await expect(cards(page)).toHaveCount(101);
  const topAfter = await first.evaluate((element) => element.getBoundingClientRect().top);
  expect(Math.abs(topAfter - topBefore)).toBeLessThanOrEqual(2);

  // Away from the end, what arrives is counted on the button that leads there.
  await page.evaluate(() => window.scrollTo({ top: 0 }));
  await say(page, key, recipient, { correlationId, ...status("The newest") });
  await page.getByRole("button", { name: "1 new" }).click();
  await expect(card(page, "The newest")).toBeInViewport();
});

test("a link into the middle of a long conversation opens there, and goes on both ways", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { sender, recipient } = await createPair(page, "Middle");
  const correlationId = unique("middle");
  await fillMailbox(dataDir, { senderId: sender.id, recipientId: recipient.id, count: 200, correlationId });
  const answer = await page.request.get(
    `/api/messaging/conversation/${encodeURIComponent(correlationId)}?limit=100`,
  );
  const { messages } = z
    .object({ messages: z.array(z.object({ id: z.string() })) })
    .parse(await answer.json());
  await page.goto(`${pathOf(correlationId)}?message=${messages.at(-1)?.id}`);
  await expect(card(page, "Message number 100")).toBeInViewport();
  await isLive(page);
  await page.getByRole("button", { name: "Show later messages" }).click();
  await expect(card(page, "Message number 174")).toBeVisible();
  await page.getByRole("button", { name: "Show later messages" }).click();
  await expect(card(page, "Message number 200")).toBeVisible();
  await expect(page.getByRole("button", { name: "Show later messages" })).toBeHidden();
  await page.getByRole("button", { name: /Show earlier messages/ }).click();
  await expect(card(page, "Message number 30")).toBeAttached();
});

test("j and k move along a conversation", async ({ page, demo }) => {
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Walk");
  const correlationId = unique("walk");
  for (const text of ["First", "Second", "Third"])
    await say(page, key, recipient, { correlationId, ...handOff(`${text} step`) });
  await page.goto(pathOf(correlationId));
  await isLive(page);
  await card(page, "First step").getByRole("button", { name: "Show as JSON" }).focus();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(card(page, "Third step")).toBeFocused();
  await page.keyboard.press("k");
  await expect(card(page, "Second step")).toBeFocused();
});

test.describe("a conversation that is not there", () => {
  test.use({ tolerated: /status of 404/ });

  test("says so inside the shell", async ({ page, demo }) => {
    await signIn(page, demo);
    await page.goto(pathOf(unique("nowhere")));
    await expect(page.getByRole("heading", { name: "Nothing here" })).toBeVisible();
    await expect(page.getByRole("link", { name: /^Inbox\b/ })).toBeVisible();
  });
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("a conversation is read and followed by touch, and nothing is wider than the screen", async ({
    page,
    demo,
  }) => {
    await signIn(page, demo);
    const agent = await createAgent(page, "Phone talker with a rather long name");
    const key = await createKey(page, agent);
    const correlationId = unique("phone");
    await say(page, key, "operators", {
      correlationId,
      type: "escalation",
      payload: {
        reason: "averylongwordwithoutanyplacetobreakit".repeat(6),
        severity: "high",
        context: { log: ["a", { deep: "x".repeat(200) }] },
      },
    });
    await page.goto(pathOf(correlationId));
    await isLive(page);
    await expect(page.getByRole("list", { name: "Participants" })).toContainText("Operators");
    await cards(page).first().getByRole("button", { name: "Show as JSON" }).tap();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await say(page, key, "operators", { correlationId, ...status("Still there") });
    await expect(card(page, "Still there")).toBeVisible({ timeout: 3_000 });
  });
});

test("a message that started no conversation has one of its own", async ({ page, demo }) => {
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Alone");
  const sent = await send(page, key, recipient, "Only this");
  const { correlationId } = z.object({ correlationId: z.string() }).parse(await sent.json());
  await page.goto(pathOf(correlationId));
  await expect(cards(page)).toHaveCount(1);
});
