import { randomBytes } from "node:crypto";
import type { Page } from "playwright/test";
import { faultsInThemes } from "./faults.ts";
import { expect, test } from "./journey.ts";
import { mailAbout, mailedLink, mailsTo } from "./mailbox.ts";

const screens = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

const someone = () => ({
  tenantName: "Lantern Works",
  name: "Mara Lindqvist",
  email: `mara-${randomBytes(5).toString("hex")}@example.com`,
});

async function signUp(page: Page, person: ReturnType<typeof someone>, password: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Sign up your organisation" }).click();
  await page.getByLabel("Organisation").fill(person.tenantName);
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByRole("heading", { name: "Look in your inbox" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(person.email);
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

const isIn = (page: Page) => page.waitForURL(({ pathname }) => pathname.startsWith("/dashboard"));

for (const [name, viewport] of Object.entries(screens))
  test.describe(name, () => {
    test.use({
      ...{ colorScheme: "light", viewport, reducedMotion: "reduce" },
      // The browser notes the answers to what is tried in vain.
      tolerated: /status of 40[01]/,
    } as Parameters<typeof test.use>[0]);

    test("one signs up, confirms the address, forgets the password and changes it", async ({ page }) => {
      test.slow();
      const person = someone();
      const [first, second, third] = [
        "tumbleweed orbit 94",
        "another tumbleweed 95",
        "a third tumbleweed 96",
      ];
      const clean = async (what: string) => expect(await faultsInThemes(page), what).toEqual([]);

      await page.goto("/sign-up");
      await clean("sign-up");
      await signUp(page, person, first);
      await clean("look in your inbox");

      await signIn(page, person.email, first);
      await isIn(page);
      const notice = page.getByRole("region", { name: "Your email address" });
      await expect(notice).toContainText(person.email);
      await clean("the notice");
      await page.goto("/dashboard/inbox");
      await clean("the notice on a page that fills the screen");
      await page.goto("/dashboard/account");
      await expect(page.getByText("Not confirmed")).toBeVisible();
      await clean("an account that is not confirmed");

      await page.goto(await mailedLink(person.email, "Confirm your email address"));
      await clean("confirm");
      await page.getByRole("button", { name: "Confirm address" }).click();
      await expect(page.getByRole("heading", { name: "Your address is confirmed" })).toBeVisible();
      await clean("confirmed");
      await page.getByRole("link", { name: "Go to Signalbox" }).click();
      await isIn(page);
      await expect(notice).toHaveCount(0);

      await page.context().clearCookies();
      await page.goto("/sign-in");
      await page.getByRole("link", { name: "Forgotten your password?" }).click();
      await clean("forgotten password");
      await page.getByLabel("Email").fill(person.email);
      await page.getByRole("button", { name: "Send the link" }).click();
      await expect(page.getByRole("heading", { name: "Look in your inbox" })).toBeVisible();
      const link = await mailedLink(person.email, "Choose a new password");
      await page.goto(link);
      await clean("new password");
      await page.getByLabel("New password").fill("Password1234");
      await page.getByRole("button", { name: "Change password" }).click();
      await expect(page.getByText("Is too easy to guess")).toBeVisible();
      await clean("a password that is no good");
      await page.getByLabel("New password").fill(second);
      await page.getByRole("button", { name: "Change password" }).click();
      await expect(page.getByText("Sign in with the new one")).toBeVisible();
      await clean("sign-in with the new one");
      await page.goto(link);
      await expect(page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
      await clean("dead link");

      await signIn(page, person.email, first);
      await expect(page.getByRole("alert")).toContainText("do not match");
      await signIn(page, person.email, second);
      await isIn(page);
      await page.goto("/dashboard/account");
      await page.getByLabel("Current password").fill("not the one");
      await page.getByLabel("New password").fill(third);
      await page.getByRole("button", { name: "Change password" }).click();
      await expect(page.getByText("Is not your current password")).toBeVisible();
      await clean("a wrong current password");
      await page.getByLabel("Current password").fill(second);
      await page.getByRole("button", { name: "Change password" }).click();
      await expect(page.getByRole("status").filter({ hasText: "Password changed" })).toBeVisible();
      await expect(page.getByLabel("New password")).toHaveValue("");
      await clean("a changed password");
      await mailAbout(person.email, "Your password was changed");
      await page.reload();
      await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
    });
  });

for (const [name, viewport] of Object.entries(screens))
  test.describe(name, () => {
    test.use({
      ...{ colorScheme: "light", viewport, reducedMotion: "reduce", tolerated: /status of 40[01]/ },
    } as Parameters<typeof test.use>[0]);

    test("one takes another name and another address, and the one before is told", async ({ page }) => {
      test.slow();
      const person = someone();
      const password = "tumbleweed orbit 94";
      const to = `moved-${person.email}`;
      const clean = async (what: string) => expect(await faultsInThemes(page), what).toEqual([]);
      await signUp(page, person, password);
      await page.goto(await mailedLink(person.email, "Confirm your email address"));
      await page.getByRole("button", { name: "Confirm address" }).click();
      await signIn(page, person.email, password);
      await isIn(page);

      await page.goto("/dashboard/account");
      await page.getByLabel("Name").fill("Mara Berg");
      await page.getByRole("button", { name: "Save name" }).click();
      await expect(page.getByRole("status").filter({ hasText: "Name changed" })).toBeVisible();
      await page.reload();
      await expect(page.getByLabel("Name")).toHaveValue("Mara Berg");

      await page.getByRole("link", { name: "Change address" }).click();
      await expect(page.getByRole("heading", { name: "Change email address" })).toBeVisible();
      await clean("change email address");
      await page.getByLabel("New email address").fill(to);
      await page.getByLabel("Current password").fill("not the one");
      await page.getByRole("button", { name: "Send the link" }).click();
      await expect(page.getByText("Is not your current password")).toBeVisible();
      await clean("a wrong password");
      await page.getByLabel("Current password").fill(password);
      await page.getByRole("button", { name: "Send the link" }).click();
      await expect(page.getByText(`A mail to ${to}`)).toBeVisible();
      await clean("an address that is waited for");

      await page.goto(await mailedLink(to, "Confirm your new email address"));
      await page.getByRole("button", { name: "Confirm address" }).click();
      await expect(page.getByRole("heading", { name: "Your address is confirmed" })).toBeVisible();
      await page.getByRole("link", { name: "Go to Signalbox" }).click();
      await isIn(page);
      await page.goto("/dashboard/account");
      await expect(page.getByRole("main")).toContainText(to);
      await mailAbout(person.email, "Your email address was changed");
    });
  });

test("an address that has an account is answered as any other, and its owner gets a mail", async ({
  page,
  demo,
}) => {
  const person = someone();
  await signUp(page, { ...person, email: demo.admin.email }, "tumbleweed orbit 94");
  const answered = await page.getByRole("main").innerText();
  await signUp(page, person, "tumbleweed orbit 94");
  expect(await page.getByRole("main").innerText()).toBe(answered.replaceAll(demo.admin.email, person.email));
  expect((await mailAbout(demo.admin.email, "You have an account already")).text).toContain(
    "/reset-password?token=",
  );
  await mailAbout(person.email, "Confirm your email address");
});

test("the notice is put away, and stays away", async ({ page }) => {
  const person = someone();
  await signUp(page, person, "tumbleweed orbit 94");
  await signIn(page, person.email, "tumbleweed orbit 94");
  await isIn(page);
  const notice = page.getByRole("region", { name: "Your email address" });
  await notice.getByRole("button", { name: "Remind me another time" }).click();
  await expect(notice).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(notice).toHaveCount(0);
});

test("a password can be looked at while it is chosen", async ({ page }) => {
  await page.goto("/sign-up");
  const field = page.getByLabel("Password");
  await field.fill("tumbleweed");
  await expect(field).toHaveAttribute("type", "password");
  await page.getByRole("button", { name: "Show what is typed" }).click();
  await expect(field).toHaveAttribute("type", "text");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false, tolerated: /status of 400/ });

  test("one signs up, confirms the address and chooses another password", async ({ page }) => {
    const person = someone();
    await signUp(page, person, "tumbleweed orbit 94");
    await page.goto(await mailedLink(person.email, "Confirm your email address"));
    await page.getByRole("button", { name: "Confirm address" }).click();
    await expect(page.getByRole("heading", { name: "Your address is confirmed" })).toBeVisible();
    await page.goto("/forgot-password");
    await page.getByLabel("Email").fill(person.email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.goto(await mailedLink(person.email, "Choose a new password"));
    await page.getByLabel("New password").fill("short");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("Must have at least 12 characters")).toBeVisible();
    await page.getByLabel("New password").fill("another tumbleweed 95");
    await page.getByRole("button", { name: "Change password" }).click();
    await signIn(page, person.email, "another tumbleweed 95");
    await isIn(page);
    await page.goto("/dashboard/account");
    await page.getByLabel("Current password").fill("another tumbleweed 95");
    await page.getByLabel("New password").fill("a third tumbleweed 96");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByRole("status").filter({ hasText: "Password changed" })).toBeVisible();
    expect(mailsTo(person.email).map(({ headers }) => headers.subject)).toContain("Choose a new password");
  });
});
