import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Page } from "playwright/test";
import { toUuid } from "#db/ids.ts";
import { faultsInThemes } from "./faults.ts";
import { expect, test } from "./journey.ts";
import { runJob, withOwner } from "./owner.ts";
import { addTenant, type TestTenant } from "./platform-admin.ts";

/** A tenant of the test's own, whose admin has signed in. */
async function signedIn(page: Page, label: string): Promise<TestTenant> {
  const tenant = await addTenant(label);
  await tenant.signIn(page);
  await page.waitForURL(/\/dashboard/);
  return tenant;
}

/** Has what there is sealed, as the worker does each minute, and opens the page that says so. */
async function openSealed(page: Page): Promise<void> {
  const seals = page.getByRole("table", { name: "Seals, newest first" }).getByRole("row");
  await expect(async () => {
    await runJob("seal-audit-events");
    await page.goto("/dashboard/audit/integrity");
    await expect(seals.nth(1)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
}

/**
 * Moves the tenant's events so many days back, as if they had been recorded then. False where the worker
 * has sealed them meanwhile: then they are what they are.
 */
const age = ({ id }: TestTenant, days: number): Promise<boolean> =>
  withOwner(async (owner) => {
    await owner`select ensure_audit_partition((now() - make_interval(days => ${days}))::date)`;
    return owner.begin(async (sql) => {
      await sql`select from audit_sealer for update`;
      const sealed = await sql`select from audit_seals where tenant_id = ${toUuid(id)} limit 1`;
      if (sealed.length > 0) return false;
      await sql`
        update audit_events set occurred_at = occurred_at - make_interval(days => ${days})
        where tenant_id = ${toUuid(id)}`;
      return true;
    });
  });

const day = (daysAgo: number): string =>
  new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);

test("a check of the trail is asked for, followed to its end, and says that all is as it was sealed", async ({
  page,
}) => {
  await signedIn(page, "Checked");
  await openSealed(page);
  await expect(page.getByText("Nothing was checked yet")).toBeVisible();
  await page.getByRole("button", { name: "Verify" }).click();
  await expect(page.getByText("The check has been asked for")).toBeVisible();
  await expect(page.getByText("The trail is as it was sealed.")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/\d+ events? under \d+ seals?/)).toBeVisible();
  expect(await faultsInThemes(page)).toEqual([]);
});

test("a check names the event that somebody changed in the database", async ({ page }) => {
  const tenant = await signedIn(page, "Damaged");
  await openSealed(page);
  await withOwner(
    (sql) => sql`
      update audit_events set resource_id = 'usr_somebody_else'
      where tenant_id = ${toUuid(tenant.id)} and action = 'auth.login.succeeded'`,
  );
  await page.getByRole("button", { name: "Verify" }).click();
  await expect(page.getByText("The trail is damaged in 1 place.")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/The event evt_\w+ is not what seal \d+ holds/)).toBeVisible();
  expect(await faultsInThemes(page)).toEqual([]);
});

test("how long events are kept is changed, and archives are held and released", async ({ page }) => {
  await signedIn(page, "Kept");
  await page.goto("/dashboard/audit");
  const tabs = page.getByRole("navigation", { name: "Pages of the audit trail" });
  await tabs.getByRole("link", { name: "Retention" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Retention of the audit trail" })).toBeVisible();
  await page.getByLabel("Days at hand").fill("60");
  await page.getByLabel("Days in all").fill("730");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Retention changed")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Days at hand")).toHaveValue("60");

  await page.getByRole("button", { name: "Place hold" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("A claim of a customer");
  await dialog.getByRole("button", { name: "Place hold" }).click();
  await expect(page.getByText("A claim of a customer")).toBeVisible();
  await page.getByRole("button", { name: "Release hold" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Release hold" }).click();
  await expect(page.getByText("There is none: archives are deleted")).toBeVisible();
  expect(await faultsInThemes(page)).toEqual([]);
  await page.goto("/dashboard/audit?action=audit.");
  for (const action of ["audit.retention.changed", "audit.hold.placed", "audit.hold.released"])
    await expect(page.getByRole("row").filter({ hasText: action })).toBeVisible();
});

test("what is too old to be at hand is listed, downloaded and read back from its archive", async ({
  page,
}) => {
  await expect(async () => {
    await page.context().clearCookies();
    expect(await age(await signedIn(page, "Archived"), 100)).toBe(true);
  }).toPass();
  await openSealed(page);
  await expect(async () => {
    await runJob("archive-audit-events");
    await page.goto("/dashboard/audit/retention");
    await expect(page.getByRole("link", { name: "Download" })).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.getByText(/events? archived in 1 file/)).toBeVisible();

  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  const file = await (await downloading).path();
  expect(gunzipSync(readFileSync(file)).toString()).toContain("auth.login.succeeded");

  await page.getByRole("link", { name: "Read archived events" }).click();
  await expect(page.getByText("Choose days")).toBeVisible();
  await page.getByLabel("From (UTC)").fill(day(102));
  await page.getByLabel("To (UTC)").fill(day(98));
  await page.getByRole("button", { name: "Read" }).click();
  const event = page.getByRole("listitem").filter({ hasText: "auth.login.succeeded" });
  await event.getByText("auth.login.succeeded", { exact: true }).click();
  await expect(event.getByRole("button", { name: "Copy the event" })).toBeVisible();
  expect(await faultsInThemes(page)).toEqual([]);
  await page.goto("/dashboard/audit?action=audit.archive.");
  for (const action of ["audit.archive.downloaded", "audit.archive.read"])
    await expect(page.getByRole("row").filter({ hasText: action })).toBeVisible();
});

for (const [name, viewport] of Object.entries({
  wide: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
}))
  test.describe(name, () => {
    test.use({ colorScheme: "light", viewport, reducedMotion: "reduce" } as Parameters<typeof test.use>[0]);

    test("axe finds nothing serious on the trail's pages, and none scrolls sideways", async ({ page }) => {
      await signedIn(page, `Axe ${name}`);
      for (const path of ["", "/integrity", "/retention", `/archive?from=${day(102)}&to=${day(98)}`]) {
        await page.goto(`/dashboard/audit${path}`);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        const faults = await faultsInThemes(page, (theme) =>
          shoot(page, `trail${path.replace(/\?.*$/, "").replace("/", "-")}-${theme}-${name}`),
        );
        expect(faults, path).toEqual([]);
      }
    });
  });

/** A picture for who looks, where one is wanted. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SIGNALBOX_E2E_PICTURES;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
