import { createPair, expect, signIn, test, unique } from "./journey.ts";
import { addPerson, signInAs } from "./person.ts";

test("a service's key is made with chosen rights, shown once, works, and is revoked", async ({
  page,
  demo,
  request,
}) => {
  await signIn(page, demo);
  await page.goto("/dashboard/settings");
  const main = page.getByRole("main");
  await main.getByRole("link", { name: "API keys" }).click();
  await expect(main.getByRole("heading", { level: 1, name: "API keys" })).toBeVisible();

  await main.getByText("New service key").click();
  const name = unique("Warehouse");
  await main.getByLabel("Name").fill(name);
  await main.getByRole("checkbox", { name: /See agents/ }).uncheck();
  await main.getByRole("checkbox", { name: /audit trail and the activity stream/ }).check();
  await main.getByRole("button", { name: "Create key" }).click();
  const created = main.getByTestId("created-key");
  await expect(created).toContainText(`Key “${name}” is ready`);
  const key = await created.getByLabel("API key").inputValue();
  const me = await request.get("/api/auth/me", { headers: { Authorization: `Bearer ${key}` } });
  expect(await me.json()).toMatchObject({
    actor: { kind: "service", name },
    scopes: ["messages:read", "activity:read"],
  });

  await page.reload();
  await expect(created).toHaveCount(0);
  await main.getByLabel("Whose").selectOption("service");
  const row = main.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText("Service");
  await expect(row).toContainText("activity:read");
  await expect(row).toContainText("Robin Avery");
  await row.getByRole("button", { name: `Revoke ${name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke key" }).click();
  await expect(row).toContainText("Revoked");
  expect((await request.get("/api/auth/me", { headers: { Authorization: `Bearer ${key}` } })).status()).toBe(
    401,
  );
});

test("an agent's key is listed with its agent, and a member neither sees the page nor its tab", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { sender } = await createPair(page, "Listed");
  await page.goto("/dashboard/settings/keys?kind=agent");
  const main = page.getByRole("main");
  await main.getByRole("row").filter({ hasText: sender.name }).getByRole("link").click();
  await expect(main.getByRole("heading", { level: 1, name: sender.name })).toBeVisible();

  await page.context().clearCookies();
  await signInAs(page, await addPerson(demo, unique("Mem Member"), "member"));
  await page.goto("/dashboard/settings");
  await expect(main.getByRole("link", { name: "Roles" })).toBeVisible();
  await expect(main.getByRole("link", { name: "API keys" })).toHaveCount(0);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a key is made and shown", async ({ page, demo }) => {
    await page.goto("/sign-in");
    await page.getByLabel("Email").fill(demo.admin.email);
    await page.getByLabel("Password").fill(demo.admin.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.goto("/dashboard/settings/keys");
    const main = page.getByRole("main");
    await main.getByText("New service key").click();
    const name = unique("Scriptless");
    await main.getByLabel("Name").fill(name);
    await main.getByRole("button", { name: "Create key" }).click();
    await expect(main.getByTestId("created-key")).toContainText(`Key “${name}” is ready`);
  });
});
