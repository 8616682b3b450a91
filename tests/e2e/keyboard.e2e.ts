import { createAgent, expect, messageList, send, tabTo, test, unique } from "./journey.ts";

test("the keyboard alone gets from the sign-in to a message on the screen", async ({ page, demo }) => {
  // Some hundred presses of Tab.
  test.slow();
  const { keyboard } = page;
  await page.goto("/sign-in");
  await tabTo(page, page.getByLabel("Email"));
  await keyboard.type(demo.admin.email);
  await keyboard.press("Tab");
  await keyboard.type(demo.admin.password);
  await keyboard.press("Enter");
  await page.waitForURL(({ pathname }) => pathname.startsWith("/dashboard"));
  const recipient = await createAgent(page, "Keyboard recipient");

  // Make an agent.
  await tabTo(page, page.getByRole("link", { name: "Agents", exact: true }));
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Agents" })).toBeVisible();
  await tabTo(page, page.getByRole("link", { name: "New agent" }));
  await keyboard.press("Enter");
  await page.waitForURL("**/agents/new");
  await tabTo(page, page.getByLabel("Name"));
  const senderName = unique("Keyboard sender");
  await keyboard.type(senderName);
  await tabTo(page, page.getByRole("radio", { name: /Sonnet/ }));
  await keyboard.press("ArrowLeft");
  await tabTo(page, page.getByRole("button", { name: "Create agent" }));
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: senderName })).toBeVisible();

  // Give it a key, which is shown once.
  await tabTo(page, page.getByLabel("New key"));
  await keyboard.type("keyboard");
  await keyboard.press("Enter");
  const key = await page.getByLabel("API key", { exact: true }).inputValue();
  expect(key).toMatch(/^sb_[0-9A-Za-z]{38}$/);

  // Allow it to send.
  await tabTo(page, page.getByLabel("Allow another agent"));
  await keyboard.type(recipient.name);
  const outgoing = page.getByRole("region", { name: "May send to" });
  await tabTo(page, outgoing.getByRole("button", { name: "Allow" }));
  await keyboard.press("Enter");
  await expect(page.getByRole("link", { name: recipient.name })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("API key", { exact: true })).toHaveCount(0);

  // Open the recipient's inbox and read what arrives.
  await tabTo(page, page.getByRole("link", { name: /^Inbox\b/ }));
  await keyboard.press("Enter");
  await tabTo(
    page,
    page.getByRole("navigation", { name: "Mailboxes" }).getByRole("link", { name: recipient.name }),
    // Other journeys make many mailboxes, which come before this one.
    400,
  );
  await keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  expect((await send(page, key, recipient, "Reachable by keys")).status).toBe(201);
  const row = messageList(page).getByRole("link", { name: /Reachable by keys/ });
  await expect(row).toBeVisible({ timeout: 1_000 });
  await tabTo(page, row, 400);
  await keyboard.press("Enter");
  await expect(page.getByRole("article")).toContainText("Reachable by keys");
  await tabTo(page, page.getByRole("tab", { name: "Message" }));
  await keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "JSON" })).toBeFocused();
  await expect(page.getByRole("tabpanel")).toContainText('"taskId"');
});
