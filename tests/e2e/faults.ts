import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import type { Page } from "playwright/test";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export type Theme = "light" | "dark";

/** What the rules of axe find that the theme decides: all else is the same in both. */
const themedRules = ["color-contrast", "link-in-text-block"];

/**
 * `faultsOf` in both themes, with one load of the page. Begins and ends in the light one.
 * @param inTheme what else is to be done in each, such as a picture
 */
export async function faultsInThemes(
  page: Page,
  inTheme: (theme: Theme) => Promise<void> = async () => {},
): Promise<string[]> {
  const light = await faultsOf(page);
  await inTheme("light");
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await faultsOf(page, themedRules);
  await inTheme("dark");
  await page.emulateMedia({ colorScheme: "light" });
  return [...light, ...dark.map((fault) => `dark: ${fault}`)];
}

/**
 * What axe finds that would keep somebody from using the page, and what makes it wider than its screen.
 * @param rules of axe; all of them without
 */
export async function faultsOf(page: Page, rules?: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  // Colours on their way from one theme to the other have contrasts that nobody chose.
  await page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const moving = () =>
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
    // Two, until a theme that was just chosen is drawn; what inherits a colour sets out after its parent.
    await frame();
    await frame();
    for (let some = moving(); some.length > 0; some = moving()) {
      await Promise.allSettled(some.map(({ finished }) => finished));
      await frame();
    }
  });
  const violations = await page.evaluate(async (only) => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const result = await checker.run(document, {
      resultTypes: ["violations"],
      ...(only && { runOnly: { type: "rule", values: only } }),
    });
    return result.violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`);
  }, rules);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return overflow > 0 ? [...violations, `The page is ${overflow} px wider than its screen.`] : violations;
}
