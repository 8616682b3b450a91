import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright/test";
import { createAgent, createPair, expect, send, signIn, test } from "./journey.ts";

const rows = (page: Page): Locator => page.getByRole("main").locator("[data-event-toggle]");
const actions = (page: Page): Locator => page.getByRole("main").locator("tr td:nth-child(3) span.font-mono");

test("filters are the URL, and an event opens to all it says, as fields and as JSON", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const agent = await createAgent(page, "Audited");
  await page.goto(`/dashboard/audit?resourceId=${agent.id}`);
  await expect(actions(page)).toHaveText(["agent.created"]);
  await page.getByLabel("Status").selectOption({ label: "Denied" });
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await page.goBack();
  await expect(actions(page)).toHaveText(["agent.created"]);

  await rows(page).first().click();
  await expect(page.getByText("Token quota")).toBeVisible();
  await page.getByRole("button", { name: "Show JSON" }).click();
  await expect(page.getByText('"agent.created"')).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy event as JSON" })).toBeVisible();
});

test("the tree of actions is searched and chosen from", async ({ page, demo }) => {
  await signIn(page, demo);
  await createAgent(page, "Chosen from");
  await page.goto("/dashboard/audit");
  await page.getByText("Any action").first().click();
  await page.getByLabel("Search actions").fill("agent cre");
  await page.getByRole("link", { name: "agent.created", exact: true }).click();
  await expect(page).toHaveURL(/action=agent\.created/);
  await expect(actions(page).first()).toHaveText("agent.created");
  await page.getByRole("search").locator("summary").filter({ hasText: "agent.created" }).click();
  await page.getByLabel("Search actions").fill("");
  await page.getByRole("link", { name: /^Agent all of agent\.$/ }).click();
  await expect(page).toHaveURL(/action=agent\.(&|$)/);
});

test("everything of a correlation is one click away", async ({ page, demo }) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Correlated");
  await send(page, key, recipient, "First of two");
  await page.goto(`/dashboard/audit?actor=${sender.id}&action=message.sent`);
  await rows(page).first().click();
  await page.getByRole("link", { name: "Same correlation" }).click();
  await expect(page).toHaveURL(/\?correlationId=/);
  await expect(actions(page).first()).toHaveText("message.sent");
});

test("new events are offered and move nothing", async ({ page, demo }) => {
  await signIn(page, demo);
  await page.goto("/dashboard/audit?action=agent.created");
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  const before = await rows(page).count();
  await createAgent(page, "Arrives");
  const offer = page.getByRole("link", { name: /^\d+\+? new$/ });
  await expect(offer).toBeVisible();
  await expect(rows(page)).toHaveCount(before);
  await offer.click();
  await expect(offer).toBeHidden();
});

for (const format of ["CSV", "JSON", "NDJSON"] as const)
  test(`an export as ${format} is what the filter lets through, with the digest that the page shows`, async ({
    page,
    demo,
  }) => {
    await signIn(page, demo);
    const agent = await createAgent(page, `Exported ${format}`);
    await page.goto(`/dashboard/audit?resourceId=${agent.id}`);
    await page.locator("summary", { hasText: "Export" }).click();
    const downloading = page.waitForEvent("download");
    await page.getByRole("link", { name: new RegExp(`^${format} `) }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toMatch(
      new RegExp(`^audit-\\d{4}-\\d\\d-\\d\\d\\.${format.toLowerCase()}$`),
    );
    const text = readFileSync(await download.path(), "utf8");
    await expect(page.getByText("1 events exported")).toBeVisible();
    await expect(page.getByText(createHash("sha256").update(text).digest("hex"))).toBeVisible();
    if (format === "CSV") expect(text).toContain(`agent.created,agent,${agent.id}`);
    else {
      const [event]: { resource: { id: string } }[] =
        format === "JSON" ? JSON.parse(text) : [JSON.parse(text)];
      expect(event?.resource.id).toBe(agent.id);
    }
  });

test("on a phone an event says who did what to which, and opens below", async ({ page, demo }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, demo);
  const agent = await createAgent(page, "Phoned");
  await page.goto(`/dashboard/audit?resourceId=${agent.id}`);
  await expect(page.getByText(`· ${agent.name}`)).toBeVisible();
  await rows(page).first().click();
  await expect(page.getByText("Token quota")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
