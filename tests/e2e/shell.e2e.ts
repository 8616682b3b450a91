import type { Locator, Page } from "playwright/test";
import { createAgent, createPair, expect, send, signIn, tabTo, test } from "./journey.ts";

const palette = (page: Page): Locator => page.getByRole("dialog", { name: "Search and commands" });
const option = (page: Page, name: string | RegExp): Locator => palette(page).getByRole("option", { name });
const crumbs = (page: Page): Locator => page.getByRole("navigation", { name: "Breadcrumb" });

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await expect(palette(page).getByRole("combobox")).toBeFocused();
}

/** Opens a page and waits until React has taken it over, and has had a frame for its effects. */
async function openPage(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.waitForFunction(() => {
    const main = document.getElementById("main");
    return main !== null && Object.keys(main).some((key) => key.startsWith("__reactFiber"));
  });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
}

test.describe("the command palette", () => {
  test("finds an agent by a few letters and leads to it, by keyboard alone", async ({ page, demo }) => {
    await signIn(page, demo);
    const agent = await createAgent(page, "Palette target");
    await openPage(page, "/dashboard/agents/new");
    await page.getByRole("heading", { level: 1 }).click();
    await openPalette(page);
    await page.keyboard.type(agent.name.toUpperCase());
    await expect(option(page, agent.name)).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: agent.name })).toBeVisible();
    await expect(palette(page)).toBeHidden();
    await expect(crumbs(page)).toContainText(`Agents${agent.name}`);
  });

  test("finds a conversation by what was said in it", async ({ page, demo }) => {
    await signIn(page, demo);
    const { recipient, key } = await createPair(page, "Palette talk");
    const words = `Descale the boiler of ${recipient.name}`;
    expect((await send(page, key, recipient, words)).status).toBe(201);
    await openPage(page, "/dashboard/agents");
    await openPalette(page);
    await page.keyboard.type(`boiler ${recipient.name}`);
    await expect(option(page, words)).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/dashboard\/conversations\//);
    await expect(page.getByRole("main")).toContainText(words);
  });

  test("pauses an agent with a reason and resumes it", async ({ page, demo }) => {
    await signIn(page, demo);
    const agent = await createAgent(page, "Palette sleeper");
    await openPage(page, `/dashboard/agents/${agent.id}`);
    await openPalette(page);
    await page.keyboard.type("pause");
    await page.keyboard.press("Enter");
    await page.keyboard.type(agent.name);
    await expect(option(page, agent.name)).toBeVisible();
    await page.keyboard.press("Enter");
    await page.keyboard.type("Waits for spare parts");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Agent paused")).toBeVisible();
    await expect(page.getByRole("main")).toContainText("Waits for spare parts");

    await openPalette(page);
    await page.keyboard.type("resume");
    await page.keyboard.press("Enter");
    await page.keyboard.type(agent.name);
    await expect(option(page, agent.name)).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page.getByText("Agent resumed")).toBeVisible();
    await expect(page.getByRole("main")).not.toContainText("Waits for spare parts");
  });

  test("moves by arrows, steps back and closes by Escape, and gives the focus back", async ({
    page,
    demo,
  }) => {
    await signIn(page, demo);
    await openPage(page, "/dashboard/agents");
    const newAgent = page.getByRole("link", { name: "New agent" });
    await tabTo(page, newAgent);
    await openPalette(page);
    const first = palette(page).getByRole("option").first();
    await expect(first).toHaveAttribute("aria-selected", "true");
    // Agents and conversations join the list when the server has answered: the last option is another then.
    await expect(palette(page).getByRole("listbox")).toHaveAttribute("aria-busy", "false");
    await page.keyboard.press("ArrowUp");
    await expect(palette(page).getByRole("option").last()).toHaveAttribute("aria-selected", "true");
    await page.keyboard.press("ArrowDown");
    await expect(first).toHaveAttribute("aria-selected", "true");

    await page.keyboard.type("pause an");
    await page.keyboard.press("Enter");
    await expect(palette(page).getByRole("combobox", { name: "Pause which agent?" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(palette(page).getByRole("combobox", { name: /Search agents/ })).toBeFocused();
    await page.keyboard.type("no such thing anywhere");
    await expect(palette(page)).toContainText("Nothing matches");
    await page.keyboard.press("Escape");
    await expect(palette(page)).toBeHidden();
    await expect(newAgent).toBeFocused();
  });

  test("changes the theme, which a reload keeps, and signs out", async ({ page, demo }) => {
    await signIn(page, demo);
    await openPage(page, "/dashboard/agents");
    await openPalette(page);
    await page.keyboard.type("dark theme");
    // The choice shows at once; the reload must not come before it is kept.
    const kept = page.waitForResponse(/\/preferences\/theme/);
    await page.keyboard.press("Enter");
    await expect(page.locator("html.dark")).toBeAttached();
    await kept;
    await page.getByRole("link", { name: "New agent" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "New agent" })).toBeVisible();
    await expect(page.locator("html.dark")).toBeAttached();
    await openPage(page, "/dashboard/agents");
    await expect(page.locator("html.dark")).toBeAttached();
    await openPalette(page);
    await page.keyboard.type("sign out");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/sign-in/);
  });
});

test.describe("when the search cannot be reached", () => {
  test.use({ tolerated: /Failed to load resource/ });

  test("the palette says so, and commands still work", async ({ page, demo }) => {
    await signIn(page, demo);
    await openPage(page, "/dashboard/agents");
    await page.route("**/dashboard/search?*", (route) => route.abort());
    await openPalette(page);
    await page.keyboard.type("inbox");
    await expect(palette(page)).toContainText("could not be searched");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/dashboard\/inbox/);
  });
});

test.describe("shortcuts", () => {
  test("g and a letter lead to a section, c to a new agent, and none of it while one writes", async ({
    page,
    demo,
  }) => {
    await signIn(page, demo);
    await openPage(page, "/dashboard/inbox");
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await expect(page.getByRole("heading", { level: 1, name: "Agents" })).toBeVisible();
    await expect(crumbs(page)).toHaveText("Agents");
    await page.keyboard.press("c");
    await expect(page.getByRole("heading", { level: 1, name: "New agent" })).toBeVisible();
    await page.getByLabel("Name").fill("");
    await page.getByLabel("Name").pressSequentially("gi?c/");
    await expect(page.getByLabel("Name")).toHaveValue("gi?c/");
    await expect(page).toHaveURL(/\/agents\/new$/);
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  test("the sheet lists them, and can switch those of one letter off", async ({ page, demo }) => {
    await signIn(page, demo);
    await openPage(page, "/dashboard/agents");
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await expect(sheet).toContainText("Search and commands");
    await sheet.getByRole("checkbox", { name: /single letter/ }).press("Space");
    await page.keyboard.press("Escape");
    await expect(sheet).toBeHidden();
    await page.keyboard.press("?");
    await page.keyboard.press("g");
    await page.keyboard.press("i");
    await openPalette(page);
    await expect(sheet).toBeHidden();
    await expect(page).toHaveURL(/\/agents$/);
  });
});

test("the skip link leads past the navigation", async ({ page, demo }) => {
  await signIn(page, demo);
  await openPage(page, "/dashboard/agents");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  const isInMain = () => page.evaluate(() => document.activeElement?.closest("main") !== null);
  expect(await isInMain()).toBe(true);
});

test("every section of the sidebar is a page that says where it is", async ({ page, demo }) => {
  await signIn(page, demo);
  const main = page.getByRole("navigation", { name: "Main" });
  await expect(main.getByRole("link", { name: /^Inbox\b/ })).toBeVisible();
  const links = await main.getByRole("link").all();
  for (const link of links) {
    // After the name may stand how much is new there.
    const name = (await link.innerText()).split("\n")[0] ?? "";
    await link.click();
    await expect(link).toHaveAttribute("aria-current", /page|true/);
    await expect(crumbs(page)).toContainText(name);
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expect(page.getByText("Nothing here")).toHaveCount(0);
  }
});

test.describe("what is not there or fails", () => {
  test.use({ tolerated: /Failed to load resource|status of 404/ });

  test("is said inside the shell, with a way on", async ({ page, demo }) => {
    await signIn(page, demo);
    for (const path of ["/dashboard/nowhere", "/dashboard/agents/agt_01h455vb4pex5vsknk084sn02q"]) {
      expect((await page.goto(path))?.status()).toBe(404);
      await expect(page.getByRole("heading", { level: 1, name: "Nothing here" })).toBeVisible();
      await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
    }
    await page.getByRole("link", { name: "Go to the start" }).click();
    await expect(page.getByText("Nothing here")).toHaveCount(0);
  });

  test("a page that cannot be loaded keeps the shell, and trying again brings it", async ({ page, demo }) => {
    await signIn(page, demo);
    await openPage(page, "/dashboard/agents");
    const isData = /\/dashboard\/agents\/new\.data/;
    await page.route(isData, (route) => route.abort());
    await page.getByRole("link", { name: "New agent" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "No connection" })).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
    await page.unroute(isData);
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "New agent" })).toBeVisible();
  });
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("search and sections are a tap away, and nothing is wider than the screen", async ({ page, demo }) => {
    await signIn(page, demo);
    const agent = await createAgent(page, "Handheld search");
    await openPage(page, "/dashboard/agents");
    await page.getByRole("button", { name: "Search and commands" }).tap();
    await palette(page).getByRole("combobox").fill(agent.name);
    await option(page, agent.name).tap();
    await expect(page.getByRole("heading", { level: 1, name: agent.name })).toBeVisible();
    await crumbs(page).getByRole("link", { name: "Agents" }).tap();
    await expect(page.getByRole("heading", { level: 1, name: "Agents" })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
});
