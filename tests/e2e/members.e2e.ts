import { randomBytes } from "node:crypto";
import type { Browser, Page } from "playwright/test";
import { expect, signIn, test } from "./journey.ts";
import { mailedLink } from "./mailbox.ts";
import { addPerson, signInAs } from "./person.ts";

const screens = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;
const membersPath = "/dashboard/settings/members";

/** Somebody else's browser, with an empty jar of cookies. */
async function anotherBrowser(browser: Browser, like: Page): Promise<Page> {
  const context = await browser.newContext({
    viewport: like.viewportSize(),
    baseURL: new URL(like.url()).origin,
  });
  return context.newPage();
}

/** The menu with what is the person's own: in the drawer of a phone, at the foot of the sidebar elsewhere. */
async function openMenu(page: Page, name: RegExp): Promise<void> {
  const isPhone = (page.viewportSize()?.width ?? 0) < 1024;
  await page.getByRole("button", { name: isPhone ? "Open navigation" : name }).click();
}

for (const [name, viewport] of Object.entries(screens))
  test.describe(name, () => {
    test.use({ viewport });

    test("somebody is invited, joins, gets another role, signs out elsewhere and is removed", async ({
      page,
      browser,
      demo,
    }) => {
      test.slow();
      const address = `${randomBytes(4).toString("hex")}@guests.example`;
      const password = "four words nobody else has";
      await signIn(page, demo);
      await page.goto(membersPath);
      const main = page.getByRole("main");
      await main.getByLabel("E-mail address").fill(address);
      await main.getByRole("combobox", { name: "Role", exact: true }).last().selectOption("member");
      await main.getByRole("button", { name: "Invite", exact: true }).click();
      await expect(page.getByText(`Invitation sent to ${address}`)).toBeVisible();
      const invitation = main
        .getByRole("list", { name: "Invitations" })
        .getByRole("listitem")
        .filter({ hasText: address });
      await expect(invitation).toContainText("Robin Avery");
      await expect(main.getByLabel("E-mail address")).toHaveValue("");

      const guest = await anotherBrowser(browser, page);
      await guest.goto(await mailedLink(address, "Join Northwind Robotics on Signalbox"));
      await expect(guest.getByRole("heading", { name: "Join Northwind Robotics" })).toBeVisible();
      await guest.getByLabel("Your name").fill("Gael Guest");
      await guest.getByLabel("Password").fill(password);
      await guest.getByRole("button", { name: "Create account and join" }).click();
      await guest.waitForURL(({ pathname }) => pathname === "/dashboard");
      await guest.goto("/dashboard/agents");
      await expect(guest.getByRole("heading", { level: 1, name: "Agents" })).toBeVisible();
      await expect(guest.getByRole("link", { name: "New agent" })).toHaveCount(0);

      await page.goto(`${membersPath}?search=${address}`);
      await expect(main.getByRole("listitem").filter({ hasText: address })).toHaveCount(0);
      await main.getByRole("link", { name: "Gael Guest" }).click();
      const drawer = page.getByRole("dialog", { name: "Gael Guest" });
      await drawer.getByText("Developer", { exact: true }).click();
      await drawer.getByRole("button", { name: "Save role" }).click();
      await expect(page.getByText("Gael Guest has the role Developer now")).toBeVisible();
      await guest.reload();
      await expect(guest.getByRole("link", { name: "New agent" })).toBeVisible();

      const elsewhere = await anotherBrowser(browser, page);
      await signIn(elsewhere, { admin: { email: address, password } });
      await openMenu(guest, /Gael Guest/);
      await guest.getByRole("link", { name: "Your sessions" }).click();
      const sessions = guest.getByRole("list", { name: "Sessions" }).getByRole("listitem");
      await expect(sessions).toHaveCount(2);
      await expect(sessions.filter({ hasText: "This session" }).getByRole("button")).toHaveCount(0);
      await guest.getByRole("button", { name: /^Revoke Chrome/ }).click();
      await guest.getByRole("dialog").getByRole("button", { name: "Revoke session" }).click();
      await expect(sessions).toHaveCount(1);
      await elsewhere.reload();
      await expect(elsewhere).toHaveURL(/\/sign-in/);

      await drawer.getByRole("button", { name: "Remove…" }).click();
      await page
        .getByRole("dialog", { name: "Remove Gael Guest?" })
        .getByRole("button", { name: "Remove member" })
        .click();
      await expect(page.getByText("Membership ended")).toBeVisible();
      await expect(drawer).toHaveCount(0);
      await guest.reload();
      await expect(guest).toHaveURL(/\/sign-in/);
      await guest.context().close();
      await elsewhere.context().close();
    });

    test("who belongs to two organisations goes from one to the other, and their other tab follows", async ({
      page,
      demo,
    }) => {
      await signIn(page, { admin: demo.developer });
      const other = await page.context().newPage();
      await other.goto("/dashboard/agents");
      await openMenu(page, /Noor Haddad/);
      await page.getByRole("button", { name: "Switch to Larkspur Insurance" }).click();
      await expect(page.locator("body")).toContainText("Larkspur Insurance");
      await openMenu(page, /Noor Haddad/);
      await expect(page.getByRole("button", { name: "Switch to Northwind Robotics" })).toBeVisible();
      await expect(other).toHaveURL(/\/dashboard$/);
      await other.goto("/dashboard/agents");
      await expect(other.getByRole("link", { name: "Claims Intake" })).toBeVisible();
      await expect(other.getByRole("link", { name: "Planner" })).toHaveCount(0);
    });
  });

test("the palette switches too, and names the pages of the settings", async ({ page, demo }) => {
  const field = page.getByRole("combobox", { name: /Search agents/ });
  // A key that is pressed before the page has come to life is nobody's.
  const open = () =>
    expect(async () => {
      await page.keyboard.press("Control+k");
      await expect(field).toBeVisible({ timeout: 1_000 });
    }).toPass();
  await signIn(page, { admin: demo.developer });
  await open();
  await field.fill("switch");
  // Another organisation is another document: what was opened in the old one would go with it.
  const loaded = page.waitForEvent("load");
  await page.getByRole("option", { name: "Switch to Larkspur Insurance" }).click();
  await loaded;
  await expect(page.locator("aside")).toContainText("Larkspur Insurance");
  await open();
  await field.fill("roles");
  await page.getByRole("option", { name: /^Roles/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Roles" })).toBeVisible();
});

test("a member sees who is there and no button that would be refused", async ({ page, demo }) => {
  await signInAs(page, await addPerson(demo, "Mo Member", "member"));
  await page.goto(membersPath);
  const main = page.getByRole("main");
  await expect(main.getByText("Robin Avery")).toBeVisible();
  await expect(main.getByRole("button")).toHaveCount(0);
  await expect(main.getByRole("heading", { name: "Invitations" })).toHaveCount(0);
  await expect(main.getByRole("table").getByRole("link")).toHaveCount(0);
});

test.describe("a refusal", () => {
  // The browser itself notes every answer that is not a success.
  test.use({ tolerated: /409/ });

  test("the only admin is told why they cannot step down", async ({ page, demo }) => {
    await signIn(page, demo.neighbour);
    await page.goto(membersPath);
    await page.getByRole("main").getByRole("link", { name: "Imani Osei" }).click();
    const drawer = page.getByRole("dialog", { name: "Imani Osei" });
    await drawer.getByText("Member", { exact: true }).click();
    await drawer.getByRole("button", { name: "Save role" }).click();
    await expect(page.getByText("Imani Osei is the only admin.")).toBeVisible();
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a role is changed and somebody is invited", async ({ page, demo }) => {
    const person = await addPerson(demo, `Plain ${randomBytes(3).toString("hex")}`, "member");
    await signIn(page, demo);
    await page.goto(`${membersPath}?search=${person.email}`);
    const main = page.getByRole("main");
    await main.getByRole("link", { name: person.name }).click();
    await main.getByText("Developer", { exact: true }).last().click();
    await main.getByRole("button", { name: "Save role" }).click();
    await page.goto(`${membersPath}?search=${person.email}`);
    await expect(main.getByRole("row", { name: new RegExp(person.name) })).toContainText("Developer");
    const address = `${randomBytes(4).toString("hex")}@guests.example`;
    await main.getByLabel("E-mail address").fill(address);
    await main.getByRole("button", { name: "Invite", exact: true }).click();
    await expect(main.getByRole("list", { name: "Invitations" })).toContainText(address);
  });
});
