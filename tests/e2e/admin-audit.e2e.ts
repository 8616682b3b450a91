import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright/test";
import { faultsInThemes } from "./faults.ts";
import { expect, test } from "./journey.ts";
import { addTenant, signInAsPlatformAdmin, type TestTenant } from "./platform-admin.ts";

const rows = (page: Page): Locator => page.getByRole("main").locator("[data-event-toggle]");

/** A tenant with an event of its own: its admin has signed in. */
async function addActiveTenant(page: Page, label: string): Promise<TestTenant> {
  const tenant = await addTenant(label);
  const theirs = await page.context().browser()?.newPage();
  if (theirs === undefined) throw new Error("There is no browser");
  await tenant.signIn(theirs);
  await theirs.waitForURL(/\/dashboard/);
  await theirs.close();
  return tenant;
}

test("everybody's trail names its tenants, and one of them is chosen and stays chosen", async ({ page }) => {
  const tenant = await addActiveTenant(page, "Chosen");
  await signInAsPlatformAdmin(page);
  await page.goto("/admin/audit?action=auth.login.succeeded");
  await expect(page.getByRole("columnheader", { name: "Tenant" })).toBeVisible();
  await expect(page.getByRole("cell", { name: tenant.name })).toBeVisible();

  await page.getByLabel("Tenant", { exact: true }).selectOption({ label: tenant.name });
  await expect(page).toHaveURL(new RegExp(`tenantId=${tenant.id}`));
  await expect(page.getByRole("columnheader", { name: "Tenant" })).toHaveCount(0);
  await expect(rows(page)).toHaveCount(1);
  await page.getByLabel("Status").selectOption({ label: "Denied" });
  await expect(page).toHaveURL(/status=denied/);
  await expect(page).toHaveURL(new RegExp(`tenantId=${tenant.id}`));
  await page.getByLabel("Status").selectOption({ label: "Any status" });
  await expect(rows(page)).toHaveCount(1);
  await page.getByText("auth.login.succeeded").first().click();
  await page.getByRole("link", { name: /^Auth all of auth\.$/ }).click();
  await expect(page).toHaveURL(new RegExp(`tenantId=${tenant.id}`));
  await page.getByRole("link", { name: "Clear" }).click();
  await expect(page.getByRole("columnheader", { name: "Tenant" })).toBeVisible();
});

test("an event opens to its tenant, and leads to all of that tenant's", async ({ page }) => {
  const tenant = await addActiveTenant(page, "Opened");
  await signInAsPlatformAdmin(page);
  await page.goto("/admin/audit?action=auth.login.succeeded");
  const row = page.getByRole("row").filter({ hasText: tenant.name });
  await row.getByRole("button").click();
  await expect(page.getByText(tenant.id)).toBeVisible();
  await page.getByRole("link", { name: "Same tenant" }).click();
  await expect(page).toHaveURL(`/admin/audit?tenantId=${tenant.id}`);
  await expect(page.getByLabel("Tenant", { exact: true })).toHaveValue(tenant.id);
});

test("the export of one tenant shows the digest of the file", async ({ page }) => {
  const tenant = await addActiveTenant(page, "Exported");
  await signInAsPlatformAdmin(page);
  await page.goto(`/admin/audit?tenantId=${tenant.id}&action=auth.login.succeeded`);
  await page.locator("summary", { hasText: "Export" }).click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: /^CSV / }).click();
  const text = readFileSync(await (await downloading).path(), "utf8");
  expect(text).toContain(tenant.id);
  await expect(page.getByText("1 events exported")).toBeVisible();
  await expect(page.getByText(createHash("sha256").update(text).digest("hex"))).toBeVisible();
});

test("a tenant's page leads to its trail", async ({ page }) => {
  const tenant = await addActiveTenant(page, "Led to");
  await signInAsPlatformAdmin(page);
  await page.goto(`/admin/tenants/${tenant.id}`);
  await page.getByRole("link", { name: "Audit trail" }).click();
  await expect(page.getByLabel("Tenant", { exact: true })).toHaveValue(tenant.id);
});

for (const [name, viewport] of Object.entries({
  wide: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
}))
  test.describe(name, () => {
    test.use({ colorScheme: "light", viewport, reducedMotion: "reduce" } as Parameters<typeof test.use>[0]);

    test("axe finds nothing serious, and the page does not scroll sideways", async ({ page }) => {
      await addActiveTenant(page, `Axe ${name} with a name that is longer than most`);
      await signInAsPlatformAdmin(page);
      await page.goto("/admin/audit");
      await rows(page).first().click();
      await expect(page.getByRole("link", { name: "Same tenant" })).toBeVisible();
      await expect(page.getByRole("figure", { name: "Events over time" })).toBeVisible();
      const folder = process.env.SIGNALBOX_E2E_PICTURES;
      const faults = await faultsInThemes(page, async (theme) => {
        if (folder !== undefined)
          await page.screenshot({ path: `${folder}/admin-audit-${theme}-${name}.png` });
      });
      expect(faults).toEqual([]);
    });
  });
