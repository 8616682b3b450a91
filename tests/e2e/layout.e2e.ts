import type { Page } from "playwright/test";
import { createPair, expect, messageList, send, signIn, test } from "./journey.ts";

// That no page writes an error to the console is watched by the journeys' own fixture.

const isLive = (page: Page): Promise<void> =>
  expect(page.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();
const hasHeading = (page: Page): Promise<void> =>
  expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();

interface Stop {
  name: string;
  path: string;
  /** Waits until all of the page is there. */
  isLoaded: (page: Page) => Promise<void>;
}

/** Every page of the dashboard, each with something on it. */
async function pagesOf(page: Page): Promise<Stop[]> {
  const { sender, recipient, key } = await createPair(page, "Layout");
  expect((await send(page, key, recipient, "Stay where you are")).status).toBe(201);
  await page.goto(`/dashboard/inbox?agent=${recipient.id}`);
  await messageList(page).getByRole("link").first().click();
  const link = page.getByRole("link", { name: "Conversation", exact: true });
  const conversation = (await link.getAttribute("href")) ?? "";
  expect(conversation).toMatch(/^\/dashboard\/conversations\//);
  return [
    {
      name: "the overview",
      path: "/dashboard",
      isLoaded: async () => {
        await isLive(page);
        await expect(page.locator("svg.recharts-surface").first()).toBeVisible();
      },
    },
    { name: "an inbox", path: `/dashboard/inbox?agent=${recipient.id}`, isLoaded: isLive },
    { name: "the messages", path: "/dashboard/messages", isLoaded: isLive },
    { name: "the dead letters", path: "/dashboard/dead-letters", isLoaded: isLive },
    { name: "the agents", path: "/dashboard/agents", isLoaded: hasHeading },
    { name: "an agent", path: `/dashboard/agents/${sender.id}`, isLoaded: hasHeading },
    { name: "a new agent", path: "/dashboard/agents/new", isLoaded: hasHeading },
    { name: "a conversation", path: conversation, isLoaded: isLive },
    { name: "the members", path: "/dashboard/settings/members", isLoaded: hasHeading },
    { name: "the roles", path: "/dashboard/settings/roles", isLoaded: hasHeading },
    { name: "the sessions", path: "/dashboard/account/sessions", isLoaded: hasHeading },
    { name: "the topology", path: "/dashboard/topology", isLoaded: isLive },
    { name: "the allowlist", path: `/dashboard/allowlist?agent=${sender.id}`, isLoaded: hasHeading },
  ];
}

const signInPage: Stop = {
  name: "sign-in",
  path: "/sign-in",
  isLoaded: (page) => expect(page.getByRole("button", { name: "Sign in" })).toBeVisible(),
};

/** Loads a page anew and lets it settle: its fonts and two frames after what it waits for is there. */
async function load(page: Page, { path, isLoaded }: Stop): Promise<void> {
  await page.goto(path);
  await isLoaded(page);
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
  });
}

/**
 * The sum of all shifts since the document began, without those that somebody's own action caused.
 * It is never less than the cumulative layout shift, which takes the worst five seconds.
 */
const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const observer = new PerformanceObserver(() => {});
    observer.observe({ type: "layout-shift", buffered: true });
    const entries = observer.takeRecords() as (PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
    })[];
    return entries.reduce((sum, { value, hadRecentInput }) => (hadRecentInput ? sum : sum + value), 0);
  });

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

for (const viewport of [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
])
  test(`at ${viewport.width} px nothing jumps while a page loads, and at 360 px none scrolls sideways`, async ({
    page,
    demo,
  }) => {
    const measure = async (stop: Stop) => {
      await page.setViewportSize(viewport);
      await load(page, stop);
      expect.soft(await layoutShift(page), stop.name).toBeLessThanOrEqual(0.1);
      await page.setViewportSize({ width: 360, height: 740 });
      expect.soft(await overflow(page), stop.name).toBeLessThanOrEqual(0);
    };
    await measure(signInPage);
    await page.setViewportSize(viewport);
    await signIn(page, demo);
    for (const stop of await pagesOf(page)) await measure(stop);
  });

test("what jumps is noticed", async ({ page }) => {
  await load(page, signInPage);
  await page.evaluate(async () => {
    const spacer = document.createElement("div");
    spacer.style.height = "300px";
    document.querySelector("main")?.prepend(spacer);
    document.body.prepend(spacer.cloneNode());
    for (let frames = 0; frames < 3; frames += 1) await new Promise(requestAnimationFrame);
  });
  expect(await layoutShift(page)).toBeGreaterThan(0.1);
});
