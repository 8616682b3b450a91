import type { Page } from "playwright/test";
import { faultsInThemes } from "./faults.ts";
import { expect, signIn, test } from "./journey.ts";
import { addFailedJob, addTenant, signInAsPlatformAdmin } from "./platform-admin.ts";

const navigation = (page: Page) => page.getByRole("navigation", { name: "Main" });

test("a platform admin finds the way to Platform, and back", async ({ page }) => {
  await signInAsPlatformAdmin(page);
  await page.getByRole("button", { name: /Petra Platform/ }).click();
  await page.getByRole("link", { name: "Platform", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Tenants" })).toBeVisible();
  // Alerts with how many are open, where any is.
  await expect(navigation(page).getByRole("link")).toHaveText([
    "Tenants",
    /^Alerts/,
    "Usage",
    "Audit",
    "System",
  ]);
  await navigation(page).getByRole("link", { name: "System" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "System" })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await expect(page.getByRole("heading", { level: 1, name: "Tenants" })).toBeVisible();
  await page.getByRole("button", { name: /Petra Platform/ }).click();
  await page.getByRole("link", { name: "Dashboard of Signalbox" }).click();
  await expect(page).toHaveURL(/\/dashboard$/);
  const field = page.getByRole("combobox", { name: /Search agents/ });
  // A key that is pressed before the page has come to life is nobody's.
  await expect(async () => {
    await page.keyboard.press("Control+k");
    await expect(field).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await field.fill("system");
  await page.getByRole("option", { name: /^System\s*Platform/ }).click();
  await expect(page).toHaveURL(/\/admin\/system$/);
});

test("a tenant is found, put on another plan, suspended with a reason and resumed", async ({
  page,
  browser,
}) => {
  const tenant = await addTenant("Acme");
  const theirs = await browser.newPage();
  await tenant.signIn(theirs);
  await theirs.waitForURL(/\/dashboard/);

  await signInAsPlatformAdmin(page);
  await page.goto("/admin/tenants");
  await page.getByRole("searchbox", { name: "Search tenants" }).fill(tenant.name);
  await expect(page.getByRole("status").filter({ hasText: /^1 tenant$/ })).toBeVisible();
  await page.getByRole("link", { name: tenant.name }).click();
  const main = page.getByRole("main");
  await expect(main.getByRole("heading", { level: 1, name: tenant.name })).toBeVisible();

  await main.getByRole("combobox", { name: "Plan" }).selectOption("Enterprise");
  await main.getByRole("button", { name: "Change plan" }).click();
  await expect(page.getByText("Plan changed")).toBeVisible();
  await expect(main.getByRole("combobox", { name: "Plan" })).toHaveValue("enterprise");

  await main.getByRole("button", { name: "Suspend" }).click();
  const dialog = page.getByRole("dialog", { name: `Suspend ${tenant.name}?` });
  await dialog.getByLabel("Reason").fill("Unpaid since March");
  await dialog.getByRole("button", { name: "Suspend tenant" }).click();
  await expect(main).toContainText("Unpaid since March");
  await expect(main.getByText("Suspended", { exact: true }).first()).toBeVisible();

  // Whoever was signed in is out, and is told why where they sign in.
  await theirs.goto("/dashboard/agents");
  await expect(theirs).toHaveURL(/\/sign-in/);
  await tenant.signIn(theirs);
  await expect(theirs.getByRole("alert")).toContainText("Your organisation is suspended");

  await main.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("Tenant resumed")).toBeVisible();
  await tenant.signIn(theirs);
  await theirs.waitForURL(/\/dashboard/);
  await theirs.close();
});

test("the service's own tenant has nothing to press", async ({ page }) => {
  await signInAsPlatformAdmin(page);
  await page.goto("/admin/tenants?search=system");
  await page.getByRole("link", { name: "Signalbox" }).click();
  await expect(page.getByRole("main")).toContainText("can be neither suspended nor changed");
  await expect(page.getByRole("main").getByRole("button", { name: /Suspend|plan/ })).toHaveCount(0);
});

test("a failed job is seen with its error and without its secrets, and retried", async ({ page }) => {
  const task = await addFailedJob();
  await signInAsPlatformAdmin(page);
  await page.goto("/admin/system");
  const main = page.getByRole("main");
  await expect(main.getByText("This one")).toBeVisible();
  await expect(main.getByRole("table", { name: "Workers" }).getByText("Alive").first()).toBeVisible();
  const row = main.getByRole("row").filter({ hasText: task });
  await row.getByRole("link", { name: "1" }).click();
  const job = main.getByRole("list", { name: "Failed jobs" }).getByRole("listitem");
  await expect(job).toHaveCount(1);
  await expect(job).toContainText("the disk is full");
  await job.getByText("Details").click();
  await expect(job).toContainText('"order": 7');
  await expect(job).toContainText("[redacted]");
  await expect(job).not.toContainText("hunter22");
  await job.getByRole("button", { name: `Retry ${task}` }).click();
  await expect(page.getByText("The job runs again")).toBeVisible();
  await expect(main.getByText("No job has failed")).toBeVisible();
});

test.describe("without the right", () => {
  test.use({ tolerated: /403/ });

  test("the pages say so, inside one's own shell, and nothing leads there", async ({ page, demo }) => {
    await signIn(page, demo);
    await page.getByRole("navigation", { name: "Main" }).waitFor();
    await expect(page.getByRole("link", { name: "Platform", exact: true })).toHaveCount(0);
    for (const path of ["/admin", "/admin/tenants", "/admin/system", "/admin/nothing"]) {
      expect((await page.goto(path))?.status()).toBe(403);
      await expect(page.getByRole("main")).toContainText("the people who run the service itself");
      await expect(navigation(page).getByRole("link", { name: "Agents" })).toBeVisible();
    }
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a tenant's plan is changed by the form alone", async ({ page }) => {
    const tenant = await addTenant("Plain");
    await signInAsPlatformAdmin(page);
    await page.goto(`/admin/tenants?search=${encodeURIComponent(tenant.name)}`);
    await page.getByRole("link", { name: tenant.name }).click();
    await page.getByRole("combobox", { name: "Plan" }).selectOption("Growth");
    await page.getByRole("button", { name: "Change plan" }).click();
    await expect(page.getByRole("main")).toContainText("Plan changed.");
    await expect(page.getByRole("combobox", { name: "Plan" })).toHaveValue("growth");
  });
});

for (const [name, viewport] of Object.entries({
  wide: { width: 1440, height: 900 },
  phone: { width: 360, height: 740 },
}))
  test.describe(name, () => {
    test.use({ colorScheme: "light", viewport, reducedMotion: "reduce" } as Parameters<typeof test.use>[0]);

    test("axe finds nothing serious, and no page scrolls sideways", async ({ page }) => {
      const tenant = await addTenant(`Axe ${name} with a name that is longer than most`);
      await addFailedJob();
      await signInAsPlatformAdmin(page);
      for (const path of [
        "/admin/tenants",
        "/admin/system",
        "/admin/usage",
        "/admin/tenants?search=nobody-at-all",
      ]) {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        expect(await faultsInThemes(page), path).toEqual([]);
      }
      await page.goto(`/admin/tenants?search=${encodeURIComponent(tenant.name)}`);
      await page.getByRole("link", { name: tenant.name }).click();
      await expect(page.getByRole("heading", { level: 1, name: tenant.name })).toBeVisible();
      expect(await faultsInThemes(page), "a tenant").toEqual([]);
      await page.getByRole("button", { name: "Suspend" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      expect(await faultsInThemes(page), "the question").toEqual([]);
    });
  });
