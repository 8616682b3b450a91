import { createPair, expect, send, signIn, test } from "./journey.ts";
import { addPerson, signInAs } from "./person.ts";

test("how long messages are kept is chosen in Settings, and a reload shows it", async ({ page, demo }) => {
  await signIn(page, demo);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Settings" }).click();
  const main = page.getByRole("main");
  await expect(main.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  await expect(main.getByRole("radio", { name: /90 days/ })).toBeChecked();
  await main.getByText("1 year").click();
  await main.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Retention changed")).toBeVisible();
  await page.reload();
  await expect(main.getByRole("radio", { name: /1 year/ })).toBeChecked();
  // By keyboard, too.
  await main.getByRole("radio", { name: /1 year/ }).focus();
  await page.keyboard.press("ArrowLeft");
  await expect(main.getByRole("radio", { name: /90 days/ })).toBeChecked();
  await main.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Retention changed").last()).toBeVisible();
  await page.reload();
  await expect(main.getByRole("radio", { name: /90 days/ })).toBeChecked();
});

test("a conversation is put on hold where it is shown, listed in Settings and released there", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Hold");
  const sent = await (await send(page, key, recipient, "Keep this")).json();
  await page.goto(`/dashboard/conversations/${sent.correlationId}`);
  const main = page.getByRole("main");
  await main.getByRole("button", { name: "Hold", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Put this conversation on hold?" });
  await dialog.getByLabel("Reason").fill(`Dispute of ${recipient.name}`);
  await dialog.getByRole("button", { name: "Put on hold" }).click();
  await expect(main.getByText("On hold", { exact: true })).toBeVisible();
  await expect(main.getByRole("button", { name: "Release" })).toBeVisible();

  await page.goto("/dashboard/settings");
  const row = main.getByRole("listitem").filter({ hasText: `Dispute of ${recipient.name}` });
  await expect(row).toContainText("Robin Avery");
  await row.getByRole("button", { name: "Release" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Release hold" }).click();
  await expect(page.getByText("Hold released")).toBeVisible();
  await expect(row).toHaveCount(0);
});

test("a single message is held from its own detail, and its conversation shows which", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Hold one");
  const sent = await (await send(page, key, recipient, "Only this one")).json();
  await page.goto(`/dashboard/inbox?agent=${recipient.id}&message=${sent.messageId}`);
  const article = page.getByRole("article");
  await article.getByRole("button", { name: "Hold", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Put this message on hold?" });
  await dialog.getByLabel("Reason").fill("Evidence");
  await dialog.getByRole("button", { name: "Put on hold" }).click();
  await expect(article.getByText("On hold", { exact: true })).toBeVisible();
  await page.goto(`/dashboard/conversations/${sent.correlationId}`);
  await expect(page.getByRole("article").getByText("On hold", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Hold", exact: true })).toBeVisible();
});

test("what an agent has written is erased after a question that names it, and says so where it was", async ({
  page,
  demo,
}) => {
  // The job begins some seconds after the request.
  test.slow();
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Erase");
  const sent = await (await send(page, key, recipient, "Forget this")).json();
  await page.goto("/dashboard/settings");
  const main = page.getByRole("main");
  await main.getByLabel("Whose contents").selectOption({ label: sender.name });
  await main.getByRole("button", { name: "Erase…" }).click();
  const dialog = page.getByRole("dialog", { name: `Erase what ${sender.name} has written?` });
  await expect(dialog).toContainText("cannot be undone");
  await dialog.getByLabel("Reason").fill("They asked for it");
  await dialog.getByRole("button", { name: "Erase for good" }).click();
  const row = main
    .getByRole("list", { name: "Erasures" })
    .getByRole("listitem")
    .filter({ hasText: sender.name });
  await expect(row).toContainText("Waiting");
  await expect(row).toContainText("Done", { timeout: 25_000 });
  await expect(row).toContainText("1 erased");

  await page.goto(`/dashboard/conversations/${sent.correlationId}`);
  await expect(page.getByRole("heading", { level: 1, name: "Contents erased" })).toBeVisible();
  await expect(page.getByRole("article")).toContainText("Contents erased on");
  await expect(page.getByText("Forget this")).toHaveCount(0);
  await page.goto(`/dashboard/inbox?agent=${recipient.id}&message=${sent.messageId}`);
  await expect(page.getByRole("article")).toContainText("Contents erased on");
});

test("who may not change it sees how long messages are kept, and nothing to press", async ({
  page,
  demo,
}) => {
  await signInAs(page, await addPerson(demo, "Mo Member", "member"));
  await page.goto("/dashboard/settings");
  await expect(page.getByRole("main")).toContainText("Messages are kept for 90 days.");
  await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Holds" })).toHaveCount(0);
});
