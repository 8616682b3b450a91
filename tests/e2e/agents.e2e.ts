import type { Page } from "playwright/test";
import {
  allow,
  createAgent,
  createKey,
  createPair,
  expect,
  send,
  signIn,
  tabTo,
  test,
  unique,
} from "./journey.ts";

const agentRow = (page: Page, name: string) => page.getByRole("table").getByRole("link", { name });
/** A promise and what fulfils it. */
function gate(): [Promise<void>, () => void] {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, open];
}
const region = (page: Page, name: string) => page.getByRole("region", { name });

test.describe("the list of agents", () => {
  test("is searched and filtered by the URL, which back, forward and reload keep", async ({ page, demo }) => {
    await signIn(page, demo);
    const word = unique("Filterable").replace(" ", "");
    const first = await createAgent(page, `${word} one`);
    const second = await createAgent(page, `${word} two`);
    await page.request.patch(`/api/agents/${second.id}`, {
      data: { status: "paused" },
      headers: { origin: new URL(page.url()).origin },
    });

    await page.goto("/dashboard/agents");
    await page.getByRole("searchbox", { name: "Search agents" }).fill(word.toUpperCase());
    await expect(page).toHaveURL(/search=/);
    await expect(page.getByText("2 agents", { exact: true })).toBeVisible();
    await page.getByRole("combobox", { name: "Status" }).selectOption("Paused");
    await expect(agentRow(page, second.name)).toBeVisible();
    await expect(agentRow(page, first.name)).toHaveCount(0);

    await page.goBack();
    await expect(page.getByRole("combobox", { name: "Status" })).toHaveValue("");
    await expect(agentRow(page, first.name)).toBeVisible();
    await page.goForward();
    await page.reload();
    await expect(page.getByRole("combobox", { name: "Status" })).toHaveValue("paused");
    await expect(page.getByText("1 agent", { exact: true })).toBeVisible();

    await page.getByRole("combobox", { name: "Model" }).selectOption("Opus");
    await expect(page.getByText("No agent matches")).toBeVisible();
    await page.getByRole("link", { name: "Clear the filters" }).click();
    await expect(page).toHaveURL(/\/dashboard\/agents$/);
    await expect(page.getByRole("searchbox", { name: "Search agents" })).toHaveValue("");
  });

  test("shows what was sent and received, and follows along", async ({ page, demo }) => {
    await signIn(page, demo);
    const { sender, recipient, key } = await createPair(page, "Counted");
    await page.goto(`/dashboard/agents?search=${encodeURIComponent(sender.name)}`);
    const row = page.getByRole("row").filter({ hasText: sender.name });
    await expect(row.getByRole("cell").nth(3)).toHaveText("never");
    await expect(row.getByRole("cell").nth(4)).toHaveText("0");
    expect((await send(page, key, recipient, "One to count")).status).toBe(201);
    await expect(row.getByRole("cell").nth(4)).toHaveText("1");
    await expect(row.getByRole("cell").nth(3)).toHaveText("just now");
    await page.goto(`/dashboard/agents?search=${recipient.id}`);
    await expect(page.getByRole("row").nth(1).getByRole("cell").nth(5)).toHaveText("1");
  });
});

test.describe("an agent's page", () => {
  test("pauses it with a reason that others see, and resumes it", async ({ page, demo }) => {
    await signIn(page, demo);
    const { sender, recipient, key } = await createPair(page, "Pausable");
    await page.goto(`/dashboard/agents/${sender.id}`);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByLabel("Reason").fill("Sends too much");
    await page.getByRole("button", { name: "Pause agent" }).click();
    await expect(page.getByText("Reason: Sends too much")).toBeVisible();
    await expect.poll(async () => (await send(page, key, recipient, "Held")).status).toBe(403);

    await page.getByRole("button", { name: "Resume" }).click();
    await expect(page.getByText("Reason: Sends too much")).toBeHidden();
    await expect.poll(async () => (await send(page, key, recipient, "Let go")).status).toBe(201);
  });

  test("edits the allowlist in both directions", async ({ page, demo }) => {
    await signIn(page, demo);
    const sender = await createAgent(page, "Both ways sender");
    const recipient = await createAgent(page, "Both ways recipient");
    const key = await createKey(page, sender);
    await page.goto(`/dashboard/agents/${recipient.id}`);
    const incoming = region(page, "May receive from");
    await incoming.getByLabel("Allow a sender").selectOption({ label: sender.name });
    await incoming.getByRole("button", { name: "Allow" }).click();
    await expect(incoming.getByRole("link", { name: sender.name })).toBeVisible();
    await expect(region(page, "May send to").getByRole("link", { name: sender.name })).toHaveCount(0);
    await expect.poll(async () => (await send(page, key, recipient, "Let in")).status).toBe(201);

    // The same edge, from its other end.
    await incoming.getByRole("link", { name: sender.name }).click();
    await expect(page.getByRole("heading", { level: 1, name: sender.name })).toBeVisible();
    await expect(region(page, "May send to").getByRole("link", { name: recipient.name })).toBeVisible();
    await page.goBack();

    await incoming
      .getByRole("button", { name: `Stop ${sender.name} from sending to ${recipient.name}` })
      .click();
    await expect(incoming.getByRole("link", { name: sender.name })).toBeHidden();
    await expect(incoming.getByRole("heading")).toBeFocused();
    await expect.poll(async () => (await send(page, key, recipient, "Shut out")).status).toBe(403);
  });

  test("shows what was done on it, also when a load from before arrives after", async ({ page, demo }) => {
    await signIn(page, demo);
    const { recipient, key } = await createPair(page, "Overtaken");
    const other = await createAgent(page, "Overtaking");
    await page.goto(`/dashboard/agents/${recipient.id}`);

    const [held, hold] = gate();
    const [released, release] = gate();
    await page.route(
      /\.data\b/,
      async (route) => {
        const response = await route.fetch();
        hold();
        await released;
        // The page may have given it up by then.
        await route.fulfill({ response }).catch(() => undefined);
      },
      { times: 1 },
    );
    // What arrives loads the page's data again.
    expect((await send(page, key, recipient, "Load this")).status).toBe(201);
    await held;

    const incoming = region(page, "May receive from");
    await incoming.getByLabel("Allow a sender").selectOption({ label: other.name });
    await incoming.getByRole("button", { name: "Allow" }).click();
    await expect(incoming.getByRole("link", { name: other.name })).toBeVisible();
    const link = await incoming.getByRole("link", { name: other.name }).elementHandle();
    release();
    await page.unrouteAll({ behavior: "wait" });
    await page.evaluate(async () => {
      for (let frames = 0; frames < 10; frames += 1) await new Promise(requestAnimationFrame);
    });
    expect(await link?.evaluate((element) => element.isConnected)).toBe(true);
  });

  test("shows a key once, when it was last used, and what was revoked", async ({ page, demo }) => {
    await signIn(page, demo);
    const sender = await createAgent(page, "Keyed sender");
    const recipient = await createAgent(page, "Keyed recipient");
    await allow(page, sender, recipient);
    await page.goto(`/dashboard/agents/${sender.id}`);
    const keys = region(page, "API keys");
    await keys.getByLabel("New key").fill("laptop");
    await keys.getByRole("button", { name: "Create key" }).click();
    const shown = page.getByLabel("API key", { exact: true });
    const key = await shown.inputValue();
    await expect(keys.getByText("never used")).toBeVisible();

    expect((await send(page, key, recipient, "With the new key")).status).toBe(201);
    // What arrives loads the page's data again, which must not take the key away.
    await expect(region(page, "Traffic").getByRole("link", { name: "Delivered 1" })).toBeVisible();
    await expect(shown).toHaveValue(key);
    await expect
      .poll(async () => {
        await page.reload();
        return keys.getByRole("listitem").filter({ hasText: "laptop" }).textContent();
      })
      .toContain("used just now");

    await keys.getByRole("button", { name: "Revoke laptop" }).click();
    await page.getByRole("button", { name: "Revoke key" }).click();
    await expect(page.getByText("Key revoked")).toBeVisible();
    await keys.getByText("1 revoked or expired").click();
    await expect(keys.getByText("revoked just now")).toBeVisible();
    expect((await send(page, key, recipient, "With a dead key")).status).toBe(401);
  });

  test("draws its traffic and shows its inbox as things happen", async ({ page, demo }) => {
    await signIn(page, demo);
    const { sender, recipient, key } = await createPair(page, "Watched");
    await page.goto(`/dashboard/agents/${sender.id}`);
    const traffic = region(page, "Traffic");
    await expect(traffic.getByText("Nothing was sent in this time.").first()).toBeVisible();
    expect((await send(page, key, recipient, "Passes")).status).toBe(201);
    expect((await send(page, key, sender, "Is refused")).status).toBe(403);
    await expect(traffic.getByRole("link", { name: "Delivered 1", exact: true })).toBeVisible();
    await expect(traffic.getByRole("link", { name: "Not delivered 1" })).toBeVisible();
    await expect(traffic.locator("svg.recharts-surface")).toBeVisible();

    await traffic.getByRole("link", { name: "24 h" }).click();
    await expect(page).toHaveURL(/window=24h/);
    await expect(traffic.getByText("Sent in the last 24 hours.")).toBeVisible();
    await traffic.getByRole("link", { name: "Not delivered 1" }).click();
    await expect(page).toHaveURL(/\/dashboard\/messages\?.*status=blocked/);
    await expect(page.getByText("Is refused").first()).toBeVisible();

    await page.goto(`/dashboard/agents/${recipient.id}`);
    const inbox = page.getByRole("list", { name: "Latest messages" });
    await expect(inbox).toContainText("Passes");
    expect((await send(page, key, recipient, "Comes in meanwhile")).status).toBe(201);
    await expect(inbox.getByRole("listitem").first()).toContainText("Comes in meanwhile");
    await inbox.getByRole("link", { name: /Comes in meanwhile/ }).click();
    await expect(page.getByRole("article")).toContainText("Comes in meanwhile");
  });

  test("changes the profile and how the mailbox is handled", async ({ page, demo }) => {
    await signIn(page, demo);
    const agent = await createAgent(page, "Editable");
    await page.goto(`/dashboard/agents/${agent.id}`);
    await region(page, "Profile").getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Description").fill("Edited by a journey.");
    await page.getByText("Its replicas take turns, one message each").click();
    await page.getByRole("button", { name: "Save profile" }).click();
    await expect(page.getByRole("heading", { level: 1, name: agent.name })).toBeVisible();
    await expect(page.getByText("Edited by a journey.")).toBeVisible();
    await expect(region(page, "Profile")).toContainText("Claim");
  });

  test("is at hand for the keyboard alone: found, paused, allowed", async ({ page, demo }) => {
    const { keyboard } = page;
    await signIn(page, demo);
    const agent = await createAgent(page, "Keys only");
    const peer = await createAgent(page, "Keys only peer");
    await page.goto("/dashboard/agents");
    await tabTo(page, page.getByRole("searchbox", { name: "Search agents" }));
    await keyboard.type(agent.name);
    await expect(page.getByText("1 agent", { exact: true })).toBeVisible();
    await tabTo(page, agentRow(page, agent.name));
    await keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: agent.name })).toBeVisible();

    await tabTo(page, page.getByRole("button", { name: "Pause" }));
    await keyboard.press("Enter");
    await tabTo(page, page.getByLabel("Reason"));
    await keyboard.type("By hand");
    await keyboard.press("Enter");
    await expect(page.getByText("Reason: By hand")).toBeVisible();

    const incoming = region(page, "May receive from");
    await tabTo(page, incoming.getByLabel("Allow a sender"));
    await keyboard.type(peer.name);
    await tabTo(page, incoming.getByRole("button", { name: "Allow" }));
    await keyboard.press("Enter");
    await expect(incoming.getByRole("link", { name: peer.name })).toBeVisible();
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("one can find, pause, resume and allow an agent, and revoke its key", async ({ page, demo }) => {
    await page.goto("/sign-in");
    await page.getByLabel("Email").fill(demo.admin.email);
    await page.getByLabel("Password").fill(demo.admin.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    const agent = await createAgent(page, "Scriptless subject");
    const peer = await createAgent(page, "Scriptless peer");
    await createKey(page, agent);
    await allow(page, agent, peer);

    await page.goto("/dashboard/agents");
    await page.getByRole("searchbox", { name: "Search agents" }).fill(agent.name);
    await page.getByRole("button", { name: "Apply" }).click();
    await agentRow(page, agent.name).click();

    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByLabel("Reason").fill("Without a script");
    await page.getByRole("button", { name: "Pause agent" }).click();
    await expect(page.getByText("Reason: Without a script")).toBeVisible();
    await page.getByRole("button", { name: "Resume" }).click();
    await expect(page.getByText("Reason: Without a script")).toBeHidden();

    const incoming = region(page, "May receive from");
    await incoming.getByLabel("Allow a sender").selectOption({ label: peer.name });
    await incoming.getByRole("button", { name: "Allow" }).click();
    await expect(incoming.getByRole("link", { name: peer.name })).toBeVisible();
    const outgoing = region(page, "May send to");
    await outgoing.getByRole("button", { name: `Stop ${agent.name} from sending to ${peer.name}` }).click();
    await expect(outgoing.getByRole("link", { name: peer.name })).toHaveCount(0);

    const keys = region(page, "API keys");
    await keys.getByRole("button", { name: "Revoke journey" }).click();
    await keys.getByRole("button", { name: "Revoke key" }).click();
    await expect(keys.getByText("1 revoked or expired")).toBeVisible();
    await keys.getByLabel("New key").fill("spare");
    await keys.getByRole("button", { name: "Create key" }).click();
    await expect(page.getByLabel("API key", { exact: true })).toHaveValue(/^sb_/);
  });
});
