import { expect, signIn, test } from "./journey.ts";

test("what is behind the sign-in asks for it, and leads back to where one wanted to go", async ({
  page,
  demo,
}) => {
  await page.goto("/dashboard/agents");
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("Email").fill(demo.admin.email);
  await page.getByLabel("Password").fill(demo.admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/dashboard\/agents$/);
});

test("signing out ends the session", async ({ page, demo }) => {
  await signIn(page, demo);
  await page.getByRole("button", { name: /Robin Avery/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto("/dashboard/agents");
  await expect(page).toHaveURL(/\/sign-in/);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("one can sign in and create an agent", async ({ page, demo }) => {
    await page.goto("/sign-in");
    await page.getByLabel("Email").fill(demo.admin.email);
    await page.getByLabel("Password").fill(demo.admin.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.goto("/dashboard/agents/new");
    await page.getByLabel("Name").fill("Scriptless");
    await page.getByRole("button", { name: "Create agent" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Scriptless" })).toBeVisible();
  });
});

test.describe("with a wrong password", () => {
  // The browser itself notes every answer that is not a success.
  test.use({ tolerated: /status of 401/ });

  test("the page says so in a sentence and keeps the address", async ({ page, demo }) => {
    await page.goto("/sign-in");
    await page.getByLabel("Email").fill(demo.admin.email);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText(/password/i);
    await expect(page.getByLabel("Email")).toHaveValue(demo.admin.email);
  });
});
