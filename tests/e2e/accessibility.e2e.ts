import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright/test";
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

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const themes = ["light", "dark"] as const;
const screens = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

/** What axe finds that would keep somebody from using the page, and what makes it wider than its screen. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const result = await checker.run(document, { resultTypes: ["violations"] });
    return result.violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`);
  });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return overflow > 0 ? [...violations, `The page is ${overflow} px wider than its screen.`] : violations;
}

for (const theme of themes)
  for (const [name, viewport] of Object.entries(screens))
    test.describe(`${theme}, ${name}`, () => {
      test.use({ colorScheme: theme, viewport, reducedMotion: "reduce" } as Parameters<typeof test.use>[0]);

      test("axe finds nothing serious on any page, and none scrolls sideways", async ({ page, demo }) => {
        await page.goto("/sign-in");
        expect(await faultsOf(page), "sign-in").toEqual([]);
        await page.goto("/problems/forbidden");
        expect(await faultsOf(page), "a problem").toEqual([]);

        await signIn(page, demo);
        const { sender, recipient, key } = await createPair(page, `Axe ${theme} ${name}`);
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
          "/dashboard/settings",
          "/dashboard/settings/keys",
        ]) {
          await page.goto(path);
          expect(await faultsOf(page), path).toEqual([]);
        }
        const escalation = await escalate(page, key, { reason: unique("Axe"), severity: "low" });
        await page.goto(`/dashboard/desk?escalation=${escalation}`);
        await page.getByRole("button", { name: "Take", exact: true }).click();
        await expect(page.getByRole("button", { name: "Hand back" })).toBeVisible();
        expect(await faultsOf(page), "an escalation").toEqual([]);
        await page.goto(`/dashboard/agents/${sender.id}`);
        await page.getByRole("link", { name: "New message" }).click();
        await page.getByRole("combobox", { name: "To" }).click();
        await expect(page.getByRole("option").first()).toBeVisible();
        expect(await faultsOf(page), "a new message").toEqual([]);
        for (const [path, isThere] of [
          [`/dashboard/topology?agent=${sender.id}`, `[data-agent="${sender.id}"]`],
          [`/dashboard/topology?from=${sender.id}&to=${recipient.id}`, `[data-agent="${sender.id}"]`],
          [`/dashboard/allowlist?agent=${sender.id}`, "[role=gridcell]"],
        ] as const) {
          await page.goto(path);
          // Phones have the list alone.
          if (name === "wide") await page.locator(isThere).first().waitFor();
          expect(await faultsOf(page), path).toEqual([]);
        }
        await openInbox(page, recipient);
        expect(await faultsOf(page), "an inbox").toEqual([]);
        await messageList(page).getByRole("link").first().click();
        await expect(page.getByRole("article")).toBeVisible();
        expect(await faultsOf(page), "a message").toEqual([]);
        await page.getByRole("tab", { name: "JSON" }).click();
        expect(await faultsOf(page), "a message as JSON").toEqual([]);
        await page.getByRole("link", { name: "Conversation", exact: true }).click();
        await expect(page.getByRole("heading", { level: 1, name: "Read me aloud" })).toBeVisible();
        expect(await faultsOf(page), "a conversation").toEqual([]);
      });
    });
