import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const app = join(import.meta.dirname, "../../app");
const folder = join(app, "ui/primitives");

const sources = readdirSync(app, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(app, path), "utf8") }));
const primitives = readdirSync(folder);

test("every primitive is used", () => {
  const unused = primitives.filter(
    (file) =>
      !sources.some(
        ({ path, text }) => path !== join("ui/primitives", file) && new RegExp(`["/]${file}"`).test(text),
      ),
  );
  expect(unused).toEqual([]);
});

test("dialogs, tables and charts are made in one place each", () => {
  const makers = (pattern: RegExp) =>
    sources
      .filter(({ text }) => pattern.test(text))
      .map(({ path }) => path)
      .sort();
  expect(makers(/<dialog\b/)).toEqual(["ui/primitives/modal.tsx"]);
  expect(makers(/<table\b/)).toEqual([
    // A mail of alerts, which no component of ours draws.
    "domain/mail/compose-mail.ts",
    // The chart's figures for those who cannot see it, and the rows that somebody sent.
    "ui/charts/chart-frame.tsx",
    "ui/messages/data-table.tsx",
    "ui/primitives/table.tsx",
  ]);
  expect(makers(/<kbd\b/)).toEqual(["ui/primitives/kbd.tsx"]);
  expect(makers(/<BarChart\b/)).toEqual(["ui/charts/stacked-bars.tsx"]);
});

test("a page brings no colours of its own", () => {
  const coloured = sources
    .filter(({ path, text }) => path.endsWith(".tsx") && /#[0-9a-f]{6}\b|\[#|\brgb\(\d/i.test(text))
    .map(({ path }) => path);
  expect(coloured).toEqual([]);
});
