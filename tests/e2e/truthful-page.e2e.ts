import { createAgent, createPair, expect, messageList, openInbox, send, signIn, test } from "./journey.ts";
import { addPerson, signInAs } from "./person.ts";

test.describe("a lost connection", () => {
  test.use({ tolerated: /ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to (load resource|fetch)/ });

  test("is counted down, caught up with and then live again", async ({ page, demo }) => {
    await signIn(page, demo);
    const { recipient, key } = await createPair(page, "Cut");
    await openInbox(page, recipient);
    // What the page says of its connection, each once and in order; the countdown as a word.
    await page.evaluate(() => {
      const said: string[] = [];
      const look = () => {
        const text = [...document.querySelectorAll("[role=status]")].map((one) => one.textContent ?? "");
        const words = text.find((one) => /Live|Connecting|Reconnecting|Caught up|Catching up/.test(one));
        const word = words?.replace(/in \d+ s.*/, " in n s").replace(/(…|Now).*/, "");
        if (word !== undefined && word !== said.at(-1)) said.push(word);
        document.documentElement.dataset.said = said.join(" > ");
      };
      new MutationObserver(look).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
      });
      look();
    });
    // The browser's network is there, only the stream is not: it ends at each attempt until it is let through.
    await page.route("**/api/live?*", (route) => route.abort());
    await page.request.get("/health/live");
    await page.context().setOffline(true);
    await expect(page.getByRole("status").filter({ hasText: "Offline" })).toBeVisible();
    await page.context().setOffline(false);
    const status = page.getByRole("status");
    await expect(status.filter({ hasText: /Reconnecting.*in \d+ s/ })).toBeVisible();
    expect((await send(page, key, recipient, "While it was cut")).status).toBe(201);
    await page.unroute("**/api/live?*");
    await expect(status.filter({ hasText: "Caught up" })).toBeVisible({ timeout: 20_000 });
    await expect(messageList(page).getByText("While it was cut")).toHaveCount(1);
    await expect(status.filter({ hasText: "Live" })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.dataset.said)).toMatch(
      /Reconnecting in n s.* > Caught up > Live$/,
    );
  });

  test("on a page of figures is caught up with once they were loaded anew", async ({ page, demo }) => {
    await signIn(page, demo);
    const status = page.getByRole("status");
    await expect(status.filter({ hasText: "Live" })).toBeVisible();
    const loads: string[] = [];
    page.on("request", (request) => {
      if (/\/dashboard(\/_index)?\.data/.test(request.url())) loads.push(request.url());
    });
    await page.context().setOffline(true);
    await expect(status.filter({ hasText: "Offline" })).toBeVisible();
    loads.length = 0;
    await page.context().setOffline(false);
    await expect(status.filter({ hasText: "Caught up" })).toBeVisible({ timeout: 20_000 });
    expect(loads.length).toBeGreaterThan(0);
    await expect(status.filter({ hasText: "Live" })).toBeVisible();
  });
});

test("a filter chosen while the scripts were on their way is honoured once they are there", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route("**/assets/*.js", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/dashboard/agents", { waitUntil: "commit" });
  const status = page.getByRole("combobox", { name: "Status" });
  await status.selectOption({ label: "Paused" });
  await page.getByRole("searchbox", { name: "Search agents" }).fill("a");
  letGo();
  await expect(page).toHaveURL(/status=paused/);
  await expect(page).toHaveURL(/search=a/);
  await expect(status).toHaveValue("paused");
  await page.goBack();
  await expect(page).not.toHaveURL(/status=paused/);
});

test.describe("what is not for one's role", () => {
  test.use({ tolerated: /status of 403/ });

  test("is said inside the shell, with whose it is and a way on", async ({ page, demo }) => {
    const member = await addPerson(demo, "Mia Member", "member");
    await signInAs(page, member);
    expect((await page.goto("/dashboard/agents/new"))?.status()).toBe(403);
    await expect(page.getByRole("heading", { level: 1, name: "Not for your role" })).toBeVisible();
    await expect(page.getByRole("main")).toContainText("This is for admins and developers");
    await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
    await page.getByRole("link", { name: "Go to the start" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  });
});

test.describe("the list of mailboxes", () => {
  test("is searched by name and narrowed to what is unread, in the address and by keyboard", async ({
    page,
    demo,
  }) => {
    await signIn(page, demo);
    const { sender, recipient, key } = await createPair(page, "Finder");
    const quiet = await createAgent(page, "Finder quiet");
    await openInbox(page, recipient);
    const seen = page.waitForResponse(/\/dashboard\/inbox\/seen/);
    expect((await send(page, key, recipient, "Read at once")).status).toBe(201);
    await seen;
    // It is read; the next one is news.
    await page.goto("/dashboard/inbox");
    const mailboxes = page.getByRole("navigation", { name: "Mailboxes" });
    await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
    await page.keyboard.press("/");
    await expect(page.getByRole("searchbox", { name: "Find a mailbox" })).toBeFocused();
    await page.keyboard.type("finder");
    await expect(page).toHaveURL(/find=finder/);
    await expect(mailboxes.getByRole("link", { name: quiet.name })).toBeVisible();
    await expect(mailboxes.getByRole("link", { name: "Operators’ desk" })).toHaveCount(0);

    expect((await send(page, key, recipient, "News for the finder")).status).toBe(201);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await expect(page).toHaveURL(/unread=1/);
    await expect(mailboxes.getByRole("link", { name: recipient.name })).toBeVisible();
    await expect(mailboxes.getByRole("link", { name: quiet.name })).toHaveCount(0);
    await expect(mailboxes.getByRole("link", { name: sender.name })).toHaveCount(0);

    // Opening it reads it, and takes it from under nobody's eyes.
    await mailboxes.getByRole("link", { name: recipient.name }).click();
    await expect(page).toHaveURL(/find=finder&unread=1&agent=/);
    await expect(mailboxes.getByRole("link", { name: recipient.name })).toBeVisible();
    await page.goBack();
    await page.goBack();
    await expect(page.getByRole("checkbox", { name: "Unread only" })).not.toBeChecked();
    await page.reload();
    await expect(page.getByRole("searchbox", { name: "Find a mailbox" })).toHaveValue("finder");
    await page.getByRole("searchbox", { name: "Find a mailbox" }).fill("no such mailbox");
    await expect(page.getByText("No such mailbox")).toBeVisible();
    await page.getByRole("link", { name: "Show all" }).click();
    await expect(mailboxes.getByRole("link", { name: "Operators’ desk" })).toBeVisible();
  });
});

test.describe("the type of a problem", () => {
  test("leads to a public page that says what it means and what to do", async ({ page }) => {
    const answer = await page.request.get("/api/agents");
    const { type, title } = await answer.json();
    expect((await page.goto(type))?.status()).toBe(200);
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await expect(page.getByRole("main")).toContainText("Authorization: Bearer");
  });
});
