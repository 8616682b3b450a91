import { expect, test } from "vitest";
import { partySpansOf, spansOf, windowOf } from "#app/domain/messaging/statistics/statistics-window.ts";

const at = (text: string) => Date.parse(`2026-03-${text}:00:00Z`);
const shown = (spans: ReturnType<typeof spansOf>) =>
  spans.map(({ grain, fromMs, toMs }) => [
    grain,
    new Date(fromMs).toISOString().slice(8, 13),
    new Date(toMs).toISOString().slice(8, 13),
  ]);

test("a time is made up of whole weeks, whole days and what is left of hours, without a gap", () => {
  // 2026-03-02 and 03-16 are Mondays.
  expect(shown(spansOf(at("01T05"), at("18T03"), ["week", "day", "hour"]))).toEqual([
    ["hour", "01T05", "02T00"],
    ["week", "02T00", "16T00"],
    ["day", "16T00", "18T00"],
    ["hour", "18T00", "18T03"],
  ]);
  expect(shown(spansOf(at("10T05"), at("11T03")))).toEqual([["hour", "10T05", "11T03"]]);
  expect(spansOf(at("10T05"), at("10T05"))).toEqual([]);
});

test("a window up to now ends with the row of this week, an earlier one where it ends", () => {
  const nowMs = at("11T12") + 1_000;
  expect(shown(partySpansOf(windowOf({ window: "7d" }, nowMs), nowMs))).toEqual([
    ["hour", "04T13", "05T00"],
    ["day", "05T00", "09T00"],
    ["week", "09T00", "16T00"],
  ]);
  expect(shown(partySpansOf(windowOf({ from: at("09T00"), to: at("10T02") }, nowMs), nowMs))).toEqual([
    ["day", "09T00", "10T00"],
    ["hour", "10T00", "10T02"],
  ]);
});
