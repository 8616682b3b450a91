import { readFileSync } from "node:fs";
import type { Download, Page } from "playwright/test";
import { faultsInThemes } from "./faults.ts";
import { expect, signIn, test } from "./journey.ts";
import { addPerson, signInAs } from "./person.ts";

const screens = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

/** The rows of a downloaded CSV. */
async function rowsOf(download: Download): Promise<string[][]> {
  const text = readFileSync(await download.path(), "utf8");
  expect(text.endsWith("\r\n")).toBe(true);
  return text
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split(","));
}

async function downloadCsv(page: Page): Promise<Download> {
  const downloading = page.waitForEvent("download");
  await page.getByRole("main").getByRole("link", { name: "CSV" }).click();
  return downloading;
}

function firstOfNextMonth(): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString().slice(0, 10);
}

test("the worked example is $529.40 on the page and in the CSV, and overage is switched off and on", async ({
  page,
  demo,
}) => {
  await signIn(page, demo.neighbour);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Billing" }).click();
  const main = page.getByRole("main");
  await expect(main.getByRole("heading", { level: 1, name: "Billing" })).toBeVisible();
  const total = main.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "Total" }) });
  await expect(total).toContainText("$529.40");
  await expect(main.getByRole("row", { name: /Sonnet tokens over quota/ })).toContainText("$12.40");
  await expect(main.getByRole("row", { name: /Additional opus agents/ })).toContainText("$198.00");
  await expect(main.getByText(/Next billing on 1 /)).toBeVisible();

  const overview = await (await page.request.get("/api/billing/overview")).json();
  expect(overview).toMatchObject({ totalMicros: 529_400_000, nextBillingDate: firstOfNextMonth() });

  const download = await downloadCsv(page);
  expect(download.suggestedFilename()).toMatch(/^statement-\d{4}-\d{2}\.csv$/);
  const rows = await rowsOf(download);
  expect(rows.at(-1)?.slice(-2)).toEqual(["529.40", "529400000"]);

  const panel = main.getByRole("region", { name: /Overage/ });
  await panel.getByRole("button", { name: "Switch off" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Switch off" }).click();
  await expect(page.getByText("Overage is off", { exact: true })).toBeVisible();
  await expect(panel.getByRole("button", { name: "Switch on" })).toBeVisible();
  // What was used while it was on stays charged.
  await expect(total).toContainText("$529.40");
  await panel.getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Switch on" }).click();
  await expect(panel.getByRole("button", { name: "Switch off" })).toBeVisible();
  await page.goto("/dashboard/audit?action=billing.overage.changed");
  await expect(main.getByRole("row").filter({ hasText: "Imani Osei" })).toHaveCount(2);
});

test("another plan is chosen by what it would cost, and the month is split there", async ({ page, demo }) => {
  await signIn(page, demo.neighbour);
  await page.goto("/dashboard/billing");
  const main = page.getByRole("main");
  const plan = main.getByRole("region", { name: /Plan/ });
  await expect(plan.getByRole("radio", { name: /Growth/ })).toBeChecked();
  const offer = (name: string) => plan.locator("label").filter({ hasText: name });
  await offer("Enterprise").click();
  await plan.getByRole("button", { name: "Change to Enterprise" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Change to Enterprise" }).click();
  await expect(page.getByText("Plan changed")).toBeVisible();
  await expect(main.getByRole("row", { name: /Enterprise plan/ })).toBeVisible();
  await expect(main.getByRole("row", { name: /Growth plan/ })).toBeVisible();
  await offer("Growth").click();
  await plan.getByRole("button", { name: "Change to Growth" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Change to Growth" }).click();
  await expect(plan.getByRole("radio", { name: /Growth/ })).toBeChecked();
});

test("an invoice is opened from its list, read as CSV, and printed without the shell", async ({
  page,
  demo,
}) => {
  await signIn(page, demo.neighbour);
  await page.goto("/dashboard/billing/invoices");
  const main = page.getByRole("main");
  await expect(main.getByRole("row")).toHaveCount(3);
  await main.getByRole("row").nth(1).getByRole("link").click();
  await expect(main.getByRole("heading", { level: 1 })).toHaveText(/^Invoice INV-\d{6}$/);
  await expect(main).toContainText("Larkspur Insurance");
  const number = (await main.getByRole("heading", { level: 1 }).innerText()).replace("Invoice ", "");

  const download = await downloadCsv(page);
  expect(download.suggestedFilename()).toBe(`${number}.csv`);
  const rows = await rowsOf(download);
  expect(rows[1]?.[0]).toBe(number);
  const [amount] = rows.at(-1)?.slice(-2) ?? [];
  await expect(main.getByRole("row").last()).toContainText(`$${amount}`);

  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  // Paper is light, whatever the screen is.
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("light");
  if (process.env.SIGNALBOX_E2E_PICTURES !== undefined)
    await page.screenshot({ path: `${process.env.SIGNALBOX_E2E_PICTURES}/print.png` });
  await expect(main.getByRole("heading", { level: 1 })).toBeVisible();
  for (const hidden of [
    page.getByRole("navigation", { name: "Main" }).first(),
    page.getByRole("banner"),
    main.getByRole("button", { name: "Print" }),
    main.getByRole("link", { name: "CSV" }),
  ])
    await expect(hidden).toBeHidden();
});

test("a developer sees what it costs without its switches, a member sees no billing", async ({
  page,
  demo,
}) => {
  await signInAs(page, await addPerson(demo, "Dana Developer", "developer"));
  await page.goto("/dashboard/billing");
  const main = page.getByRole("main");
  await expect(main.getByRole("heading", { level: 1, name: "Billing" })).toBeVisible();
  await expect(main.getByRole("button", { name: /Switch|Change to/ })).toHaveCount(0);
  // Away from what holds a stream: it would say that its session is gone.
  await page.goto("about:blank");
  await page.context().clearCookies();
  await signInAs(page, await addPerson(demo, "Mika Member", "member"));
  await expect(
    page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Billing" }),
  ).toHaveCount(0);
});

for (const [name, viewport] of Object.entries(screens))
  test.describe(name, () => {
    test.use({ colorScheme: "light", viewport, reducedMotion: "reduce" } as Parameters<typeof test.use>[0]);

    test("axe finds nothing serious where there is much to pay", async ({ page, demo }) => {
      await signIn(page, demo.neighbour);
      const pictures = process.env.SIGNALBOX_E2E_PICTURES;
      for (const path of ["/dashboard/billing", "/dashboard/billing/invoices", "an invoice"]) {
        if (path === "an invoice") {
          await page.getByRole("main").getByRole("row").nth(1).getByRole("link").click();
          await expect(page.getByRole("heading", { level: 1 })).toHaveText(/INV-/);
        } else await page.goto(path);
        const faults = await faultsInThemes(page, async (theme) => {
          if (pictures !== undefined)
            await page.screenshot({
              path: `${pictures}/${path.split("/").at(-1)}-${theme}-${name}.png`,
              fullPage: true,
            });
        });
        expect(faults, path).toEqual([]);
      }
    });
  });
