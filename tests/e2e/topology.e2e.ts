import type { Locator, Page } from "playwright/test";
import { createAgent, createPair, expect, send, signIn, type TestAgent, tabTo, test } from "./journey.ts";

const node = (page: Page, { id }: TestAgent): Locator => page.locator(`[data-agent="${id}"]`);
const line = (page: Page, from: TestAgent, to: TestAgent): Locator =>
  page.locator(`.react-flow__edge[data-id="${from.id} ${to.id}"]`);
const listed = (page: Page, from: TestAgent, to: TestAgent): Locator =>
  page.getByRole("row").filter({ hasText: from.name }).filter({ hasText: to.name });

/** Opens the graph with only what concerns an agent lit up. */
async function openTopology(page: Page, agent: TestAgent): Promise<void> {
  await page.goto(`/dashboard/topology?window=1h&search=${encodeURIComponent(agent.name)}`);
  await expect(node(page, agent)).toBeVisible();
}

/** Presses an edge where nothing lies over it. */
async function pressEdge(page: Page, edge: Locator): Promise<void> {
  await edge.locator(".react-flow__edge-path").scrollIntoViewIfNeeded();
  const at = await edge.evaluate((group) => {
    const path = group.querySelector<SVGPathElement>(".react-flow__edge-path");
    const matrix = path?.getScreenCTM();
    if (path == null || matrix == null) return undefined;
    for (let share = 0.05; share < 1; share += 0.02) {
      const point = path.getPointAtLength(path.getTotalLength() * share).matrixTransform(matrix);
      if (group.contains(document.elementFromPoint(point.x, point.y))) return { x: point.x, y: point.y };
    }
    return undefined;
  });
  if (at === undefined) throw new Error("The edge is covered all along");
  await page.mouse.click(at.x, at.y);
}

test("an edge revoked in the topology refuses the next send, which then shows in red", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Revoked");
  expect((await send(page, key, recipient, "Passes")).status).toBe(201);
  await openTopology(page, sender);
  const edge = line(page, sender, recipient);
  await expect(edge).toHaveClass(/is-permitted/);
  const placeBefore = await node(page, sender).boundingBox();

  await pressEdge(page, edge);
  const panel = page.getByRole("region", { name: `${sender.name} to ${recipient.name}` });
  await expect(panel).toContainText("Permitted");
  await expect(panel).toContainText("since just now");
  await panel.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("button", { name: "Revoke permission" }).click();
  await expect(page.getByText("No longer allowed", { exact: true })).toBeVisible();
  await expect(panel.getByText("Not permitted")).toBeVisible();

  const refused = await send(page, key, recipient, "Is refused");
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: "no_allowlist_edge" });

  // Without a reload.
  await expect(edge).toHaveClass(/is-refused/);
  const red = await page.evaluate(() => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = "rgb(var(--bad))";
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  });
  await expect(edge.locator(".react-flow__edge-path")).toHaveCSS("stroke", red);
  await expect(panel.getByText("Refused", { exact: true }).first()).toBeVisible();
  await expect(listed(page, sender, recipient)).toContainText("Refused");
  expect(await node(page, sender).boundingBox(), "nothing moves").toEqual(placeBefore);

  await panel.getByRole("link", { name: "Refused messages" }).click();
  await expect(page).toHaveURL(
    new RegExp(`/dashboard/messages\\?(?=.*from=${sender.id})(?=.*to=${recipient.id})(?=.*status=blocked)`),
  );
  await expect(page.getByText("Is refused").first()).toBeVisible();
  await page.goBack();

  await panel.getByRole("button", { name: "Allow" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Allow" }).click();
  await expect(panel.getByText("Permitted")).toBeVisible();
  expect((await send(page, key, recipient, "Passes again")).status).toBe(201);
});

test("the graph is walked by the keyboard alone, and gives the focus back", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient } = await createPair(page, "Walked");
  await openTopology(page, sender);
  const graph = page.getByRole("application");
  const stop = graph.locator('[data-agent][tabindex="0"]');
  await expect(stop).toHaveCount(1);
  await tabTo(page, stop);
  const first = await stop.getAttribute("data-agent");
  const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.agent);
  for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]) await page.keyboard.press(key);
  expect(await focused()).toMatch(/^(agt|dsk)_/);
  await page.keyboard.press("ArrowDown");
  expect(await focused()).not.toBe(first);

  await node(page, sender).focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("region", { name: sender.name });
  await expect(panel.getByRole("heading", { level: 2 })).toBeFocused();
  await expect(node(page, sender)).toHaveAttribute("aria-pressed", "true");
  await tabTo(
    page,
    panel.getByRole("region", { name: "Sends to" }).getByRole("link", { name: recipient.name }),
  );
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: `${sender.name} to ${recipient.name}` })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/topology\?(?!.*from=)/);

  await node(page, recipient).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: recipient.name })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(node(page, recipient)).toBeFocused();
});

test("the list has what the graph has, filtered and sorted by the URL", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Listed");
  const stranger = await createAgent(page, "Listed stranger");
  expect((await send(page, key, stranger, "Is refused")).status).toBe(403);
  await page.goto(`/dashboard/topology?window=1h&search=${encodeURIComponent(sender.name)}`);
  await expect(listed(page, sender, recipient)).toContainText("Permitted");
  await expect(listed(page, sender, stranger)).toContainText("Refused");
  await page.getByRole("combobox", { name: "Edges" }).selectOption("Refused only");
  await expect(page).toHaveURL(/show=refused/);
  await expect(listed(page, sender, recipient)).toHaveCount(0);
  await page.reload();
  await expect(listed(page, sender, stranger)).toBeVisible();
  await page.getByRole("combobox", { name: "Edges" }).selectOption("All edges");
  await page.getByRole("combobox", { name: "Order of the list" }).selectOption("Most refused first");
  await expect(page.getByRole("table").getByRole("row").nth(1)).toContainText(stranger.name);
  await page.getByRole("link", { name: "30 d" }).click();
  await expect(page).toHaveURL(/window=30d/);
  await expect(page.getByText(/counts of the last 30 days, by whole days/)).toBeVisible();
  await expect(listed(page, sender, stranger)).toContainText("Refused");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test("an edge is found in the list and revoked, and the page is no wider than the screen", async ({
    page,
    demo,
  }) => {
    await signIn(page, demo);
    const { sender, recipient, key } = await createPair(page, "Pocket");
    await page.goto(`/dashboard/topology?search=${encodeURIComponent(sender.name)}`);
    await listed(page, sender, recipient).getByRole("link").tap();
    const panel = page.getByRole("region", { name: `${sender.name} to ${recipient.name}` });
    await expect(panel).toBeInViewport();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await panel.getByRole("button", { name: "Revoke" }).tap();
    await page.getByRole("button", { name: "Revoke permission" }).tap();
    await expect(panel.getByText("Not permitted")).toBeVisible();
    expect((await send(page, key, recipient, "Too late")).status).toBe(403);
    await expect(page.locator(".react-flow")).toHaveCount(0);
  });
});

test("without JavaScript an edge is looked at and revoked all the same", async ({ page, browser, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Scriptless");
  const context = await browser.newContext({
    javaScriptEnabled: false,
    storageState: await page.context().storageState(),
    baseURL: new URL(page.url()).origin,
  });
  try {
    const plain = await context.newPage();
    await plain.goto(`/dashboard/topology?search=${encodeURIComponent(sender.name)}`);
    await listed(plain, sender, recipient).getByRole("link").click();
    const panel = plain.getByRole("region", { name: `${sender.name} to ${recipient.name}` });
    await panel.getByRole("button", { name: "Revoke", exact: true }).click();
    await plain.getByRole("button", { name: "Revoke permission" }).click();
    await expect(panel.getByText("Not permitted")).toBeVisible();
    expect((await send(page, key, recipient, "Too late")).status).toBe(403);
  } finally {
    await context.close();
  }
});
