import { faultsInThemes } from "./faults.ts";
import {
  createPair,
  escalate,
  expect,
  messageList,
  openInbox,
  send,
  signIn,
  test,
  unique,
} from "./journey.ts";

const screens = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

for (const [name, viewport] of Object.entries(screens))
  test.describe(name, () => {
    test.use({ colorScheme: "light", viewport, reducedMotion: "reduce" } as Parameters<typeof test.use>[0]);

    test("axe finds nothing serious on any page, and none scrolls sideways", async ({ page, demo }) => {
      // Some forty pages, each read by axe, and the colours twice.
      test.setTimeout(240_000);
      await page.goto("/sign-in");
      expect(await faultsInThemes(page), "sign-in").toEqual([]);
      await page.goto("/problems/forbidden");
      expect(await faultsInThemes(page), "a problem").toEqual([]);

      await page.goto("/invitation");
      expect(await faultsInThemes(page), "an invitation that is none").toEqual([]);

      await signIn(page, demo);
      const { sender, recipient, key } = await createPair(page, `Axe ${name}`);
      expect((await send(page, key, recipient, "Read me aloud")).status).toBe(201);

      for (const path of [
        "/dashboard",
        "/dashboard/messages",
        "/dashboard/messages?status=problem",
        "/dashboard/statistics",
        "/dashboard/statistics?window=90d",
        "/dashboard/agents",
        "/dashboard/agents/new",
        `/dashboard/agents/${sender.id}`,
        "/dashboard/inbox",
        "/dashboard/dead-letters",
        "/dashboard/desk",
        "/dashboard/desk?show=mine",
        "/dashboard/desk?show=closed",
        "/dashboard/compose",
        "/dashboard/compose?type=data_response",
        "/dashboard/usage",
        "/dashboard/usage?by=agent&metric=cost&window=90d",
        "/dashboard/alerts",
        "/dashboard/alerts?show=resolved&kind=error_rate",
        "/dashboard/alerts/rules",
        "/dashboard/alerts/channels",
        "/dashboard/alerts/silences",
        "/dashboard/alerts/preferences",
        "/dashboard/audit",
        "/dashboard/audit?status=denied&window=7d",
        "/dashboard/audit/integrity",
        "/dashboard/audit/retention",
        "/dashboard/audit/archive",
        "/dashboard/billing",
        "/dashboard/billing/invoices",
        "/dashboard/settings",
        "/dashboard/settings/keys",
        "/dashboard/settings/members",
        "/dashboard/settings/roles",
        "/dashboard/account",
        "/dashboard/account/email",
        "/dashboard/account/sessions",
      ]) {
        await page.goto(path);
        expect(await faultsInThemes(page), path).toEqual([]);
      }
      await page.goto("/dashboard/settings/members");
      await page.getByRole("main").getByRole("link", { name: "Sam Okafor" }).click();
      await expect(page.getByRole("button", { name: "Save role" })).toBeVisible();
      expect(await faultsInThemes(page), "a member").toEqual([]);
      await page.goto("/dashboard/audit");
      await page.locator("[data-event-toggle]").first().click();
      await expect(page.getByRole("button", { name: "Show JSON" })).toBeVisible();
      expect(await faultsInThemes(page), "an event that is open").toEqual([]);
      const escalation = await escalate(page, key, { reason: unique("Axe"), severity: "low" });
      await page.goto(`/dashboard/desk?escalation=${escalation}`);
      await page.getByRole("button", { name: "Take", exact: true }).click();
      await expect(page.getByRole("button", { name: "Hand back" })).toBeVisible();
      expect(await faultsInThemes(page), "an escalation").toEqual([]);
      await page.goto(`/dashboard/agents/${sender.id}`);
      await page.getByRole("link", { name: "New message" }).click();
      await page.getByRole("combobox", { name: "To", exact: true }).click();
      await expect(page.getByRole("option").first()).toBeVisible();
      expect(await faultsInThemes(page), "a new message").toEqual([]);
      for (const [path, isThere] of [
        [`/dashboard/topology?agent=${sender.id}`, `[data-agent="${sender.id}"]`],
        [`/dashboard/topology?from=${sender.id}&to=${recipient.id}`, `[data-agent="${sender.id}"]`],
        [`/dashboard/allowlist?agent=${sender.id}`, "[role=gridcell]"],
      ] as const) {
        await page.goto(path);
        // Phones have the list alone.
        if (name === "wide") await page.locator(isThere).first().waitFor();
        expect(await faultsInThemes(page), path).toEqual([]);
      }
      await openInbox(page, recipient);
      expect(await faultsInThemes(page), "an inbox").toEqual([]);
      await messageList(page).getByRole("link").first().click();
      await expect(page.getByRole("article")).toBeVisible();
      expect(await faultsInThemes(page), "a message").toEqual([]);
      await page.getByRole("tab", { name: "JSON" }).click();
      expect(await faultsInThemes(page), "a message as JSON").toEqual([]);
      await page.getByRole("link", { name: "Conversation", exact: true }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Read me aloud" })).toBeVisible();
      expect(await faultsInThemes(page), "a conversation").toEqual([]);
    });
  });

test("what can be read by day but not by night is noticed", async ({ page }) => {
  await page.goto("/sign-in");
  await page.evaluate(() => {
    const rule = "@media (prefers-color-scheme: dark) { h1 { color: #333 !important } }";
    document.styleSheets[0]?.insertRule(rule);
  });
  expect(await faultsInThemes(page)).toEqual([expect.stringMatching(/^dark: color-contrast/)]);
});
