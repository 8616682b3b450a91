import type { Locator, Page } from "playwright/test";
import { createAgent, createKey, expect, messageList, readInbox, signIn, test, unique } from "./journey.ts";

const card = (page: Page, text: string): Locator =>
  messageList(page).getByRole("article").filter({ hasText: text });
const isLive = (page: Page): Promise<void> =>
  expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();

/** Writes to an agent with the form beside the page that one is on. */
async function findRecipient(page: Page, name: string): Promise<void> {
  await page.getByRole("link", { name: "New message" }).first().click();
  const to = page.getByRole("combobox", { name: "To" });
  await to.fill(name.slice(0, -2));
  await expect(page.getByRole("listbox").getByRole("option")).toHaveCount(1);
  await to.press("Enter");
  await expect(to).toHaveValue(name);
}

test("a conversation between a person and an agent", async ({ page, context, demo }) => {
  await signIn(page, demo);
  const agent = await createAgent(page, "Talker");
  const key = await createKey(page, agent);
  const question = unique("How full is bay 7?");
  await page.goto("/dashboard/inbox");
  await findRecipient(page, agent.name);
  await page.getByRole("dialog").getByLabel("Type", { exact: true }).selectOption("data_request");
  await page.getByLabel("Question").fill(question);
  await page.keyboard.press("Control+Enter");

  // It leads to the conversation, which goes on live.
  await expect(page.getByRole("heading", { level: 1, name: question })).toBeVisible();
  await isLive(page);
  const [asked] = await readInbox(page, key, agent);
  if (asked === undefined) throw new Error("The agent got nothing.");
  expect(asked).toMatchObject({ type: "data_request", payload: { query: question } });
  expect(asked.senderId).toMatch(/^mem_/);

  // The person's own mailbox is open in another tab.
  const inbox = await context.newPage();
  await inbox.goto("/dashboard/inbox");
  await inbox.getByRole("link", { name: /^You/ }).click();
  await isLive(inbox);
  const answer = unique("Three pallets");
  const response = await fetch(new URL("/api/messaging/send", page.url()), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      recipientId: asked.senderId,
      type: "data_response",
      payload: { requestId: asked.id, data: answer, format: "text" },
      replyTo: asked.id,
    }),
  });
  expect(response.status).toBe(201);
  await expect(card(page, answer)).toBeVisible();
  await expect(messageList(inbox).getByRole("link", { name: answer })).toBeVisible();

  // And back again: the reply box knows what it answers.
  await page.getByRole("textbox", { name: `Reply to ${agent.name}` }).fill("Then send the truck.");
  await page.keyboard.press("Control+Enter");
  await expect(card(page, "Then send the truck.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: `Reply to ${agent.name}` })).toHaveValue("");
  const [last] = await readInbox(page, key, agent);
  expect(last).toMatchObject({
    type: "status_update",
    payload: { detail: "Then send the truck." },
    correlationId: asked.correlationId,
  });
  expect(last?.replyTo).toMatch(/^msg_/);
});

test("the sidebar counts what reached the person's own mailbox until it was seen", async ({ page, demo }) => {
  await signIn(page, { admin: demo.operator });
  await page.goto("/dashboard/agents");
  const target = demo.agents.find(({ role }) => role === "reviewer");
  if (target === undefined) throw new Error("The demo has no reviewer.");
  await page.goto(`/dashboard/agents/${target.id}`);
  await page.getByRole("link", { name: "New message" }).click();
  await page.getByLabel("Description").fill("Read the plan for bay 7");
  await page.getByLabel("Task", { exact: true }).fill("T-7");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Read the plan for bay 7" })).toBeVisible();
  // The fleet answers by itself.
  await expect(messageList(page).getByRole("article")).not.toHaveCount(1, { timeout: 30_000 });
  await expect(page.getByRole("link", { name: /^Inbox \d+ new$/ })).toBeVisible();
  await page.goto("/dashboard/inbox");
  await page.getByRole("link", { name: /^You/ }).click();
  await expect(page.getByRole("link", { name: /^You(?!.*new)/ })).toBeVisible();
});

test.describe("what is wrong", () => {
  // The browser itself notes every answer that is not a success.
  test.use({ tolerated: /status of 400/ });

  test("is said beside each field, and what was typed stays", async ({ page, demo }) => {
    await signIn(page, demo);
    const agent = await createAgent(page, "Wrong");
    await page.goto(`/dashboard/agents/${agent.id}`);
    await page.getByRole("link", { name: "New message" }).click();
    await page.getByLabel("Type", { exact: true }).selectOption("task_handoff");
    await page.getByLabel("Description").fill("Grease the rails");
    await page.getByLabel("Task", { exact: true }).fill("T-1");
    await page.getByLabel("Context").fill("{ not json");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(page.getByText("Is not valid JSON.")).toBeVisible();
    await expect(page.getByLabel("Context")).toBeFocused();
    await expect(page.getByLabel("Description")).toHaveValue("Grease the rails");

    await page.getByLabel("Context").fill('{ "rail": 7 }');
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Grease the rails" })).toBeVisible();
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a message is written on a page of its own, and answered", async ({ page, demo }) => {
    await signIn(page, demo);
    const agent = await createAgent(page, "Scriptless");
    const key = await createKey(page, agent);
    await page.goto(`/dashboard/agents/${agent.id}`);
    await page.getByRole("link", { name: "New message" }).click();
    await page.getByRole("link", { name: "Data request" }).click();
    await expect(page.getByLabel("To")).toHaveValue(agent.id);
    await page.getByLabel("Question").fill("How many robots are charging?");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(
      page.getByRole("heading", { level: 1, name: "How many robots are charging?" }),
    ).toBeVisible();
    await page.getByRole("textbox", { name: `Reply to ${agent.name}` }).fill("In Rotterdam, I mean.");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(card(page, "In Rotterdam, I mean.")).toBeVisible();
    expect(await readInbox(page, key, agent)).toHaveLength(2);
  });
});
