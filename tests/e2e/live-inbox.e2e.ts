import {
  createAgent,
  createKey,
  createPair,
  expect,
  messageList,
  openInbox,
  send,
  signIn,
  test,
} from "./journey.ts";

test("a message that an agent sends shows within a second, without a reload", async ({ page, demo }) => {
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Live");
  await openInbox(page, recipient);
  // Gone with the document, should anything reload it.
  await page.evaluate(() => document.documentElement.setAttribute("data-not-reloaded", ""));

  for (const text of ["Calibrate the left arm", "Calibrate the right arm"]) {
    const answer = await send(page, key, recipient, text);
    expect(answer.status).toBe(201);
    await expect(messageList(page).getByText(text)).toBeVisible({ timeout: 1_000 });
  }
  // Newest first.
  await expect(messageList(page).getByRole("listitem").first()).toContainText("Calibrate the right arm");
  await expect(page.locator("html[data-not-reloaded]")).toBeAttached();
});

test("a message opens with its payload laid out and as JSON", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Detail");
  await openInbox(page, recipient);
  await send(page, key, recipient, "Look at the torque curve");

  await messageList(page)
    .getByRole("link", { name: /Look at the torque curve/ })
    .click();
  const message = page.getByRole("article");
  await expect(message.getByRole("heading", { name: "Task hand-off" })).toBeVisible();
  await expect(message).toContainText(sender.name);
  await expect(message).toContainText("Look at the torque curve");

  await message.getByRole("tab", { name: "JSON" }).click();
  await expect(message.getByRole("tabpanel")).toContainText('"taskId"');
  await expect(page).toHaveURL(/message=msg_/);
  await page.reload();
  await expect(page.getByRole("article")).toContainText("Look at the torque curve");
});

test("a blocked send passes once its edge is allowed in the web app", async ({ page, demo }) => {
  await signIn(page, demo);
  const sender = await createAgent(page, "Edge sender");
  const recipient = await createAgent(page, "Edge recipient");
  const key = await createKey(page, sender);

  const blocked = await send(page, key, recipient, "Too early");
  expect(blocked.status).toBe(403);
  expect(await blocked.json()).toMatchObject({
    category: "authorization",
    messageId: expect.stringMatching(/^msg_/),
  });

  await page.goto(`/dashboard/agents/${sender.id}`);
  const outgoing = page.getByRole("region", { name: "May send to" });
  await outgoing.getByLabel("Allow another agent").selectOption({ label: recipient.name });
  await outgoing.getByRole("button", { name: "Allow" }).click();
  await expect(outgoing.getByRole("link", { name: recipient.name })).toBeVisible();

  const passed = await send(page, key, recipient, "Now it may");
  expect(passed.status).toBe(201);
  await openInbox(page, recipient);
  await expect(messageList(page)).toContainText("Now it may");
  await expect(messageList(page)).not.toContainText("Too early");

  await page.goto(`/dashboard/agents/${sender.id}`);
  await page.getByRole("button", { name: `Stop ${sender.name} from sending to ${recipient.name}` }).click();
  await expect(outgoing.getByRole("link", { name: recipient.name })).toBeHidden();
  await expect.poll(async () => (await send(page, key, recipient, "Too late")).status).toBe(403);
});

test("the stream comes back by itself with what was sent meanwhile, each message once", async ({
  page,
  context,
  demo,
}) => {
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Offline");
  await openInbox(page, recipient);
  await send(page, key, recipient, "Before the cut");
  await expect(messageList(page)).toContainText("Before the cut");

  await context.setOffline(true);
  await expect(page.getByRole("status").filter({ hasText: "Offline" })).toBeVisible();
  expect((await send(page, key, recipient, "While it was away")).status).toBe(201);
  await expect(messageList(page)).not.toContainText("While it was away");
  await context.setOffline(false);

  await expect(messageList(page)).toContainText("While it was away");
  await expect(messageList(page).getByText("Before the cut")).toHaveCount(1);
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
});

test("the demo fleet is at work: its messages arrive while one looks on", async ({ page, demo }) => {
  const planner = demo.agents.find(({ role }) => role === "planner");
  if (planner === undefined) throw new Error("The demo has no planner.");
  await signIn(page, demo);
  await openInbox(page, planner);
  // Only the rows in view are drawn; each says how many there are.
  const row = messageList(page).getByRole("listitem").first();
  const countRows = async () => Number(await row.getAttribute("aria-setsize"));
  const before = await countRows();
  await expect.poll(countRows, { timeout: 40_000 }).toBeGreaterThan(before);
});
