import { describe, expect, it } from "vitest";
import {
  addMonths,
  boundsOf,
  dayOf,
  daysIn,
  hourOf,
  nextBillingDate,
  periodOf,
} from "#app/domain/usage/period.ts";

const at = (iso: string) => Date.parse(iso);

describe("a month", () => {
  it("is UTC's, whatever the time zone that an instant is written in", () => {
    expect(periodOf(at("2026-03-01T00:30:00+01:00"))).toBe("2026-02-01");
    expect(periodOf(at("2026-02-28T23:30:00-01:00"))).toBe("2026-03-01");
    expect(dayOf(at("2026-02-28T23:30:00-01:00"))).toBe("2026-03-01");
  });

  it("includes its first millisecond, and not the next one's", () => {
    const { startMs, endMs } = boundsOf("2026-04-01");
    expect([periodOf(startMs), periodOf(endMs - 1), periodOf(endMs)]).toEqual([
      "2026-04-01",
      "2026-04-01",
      "2026-05-01",
    ]);
  });

  it.each([
    ["2024-02-01", 29],
    ["2026-02-01", 28],
    ["2000-02-01", 29],
    ["2100-02-01", 28],
    ["2026-12-01", 31],
  ])("%s has %i days", (period, days) => expect(daysIn(period)).toBe(days));

  it("is counted over the turn of a year, in both directions", () => {
    expect(addMonths("2026-12-01", 1)).toBe("2027-01-01");
    expect(addMonths("2026-01-01", -1)).toBe("2025-12-01");
    expect(addMonths("2024-02-01", 12)).toBe("2025-02-01");
  });

  it("is billed on the first of the next, also from a leap day", () => {
    expect(nextBillingDate(at("2024-02-29T23:59:59.999Z"))).toBe("2024-03-01");
    expect(nextBillingDate(at("2026-12-31T12:00:00Z"))).toBe("2027-01-01");
    expect(nextBillingDate(at("2026-12-01T00:00:00Z"))).toBe("2027-01-01");
  });

  it("is named by its first day alone", () => {
    expect(() => boundsOf("2026-03-02")).toThrow(RangeError);
    expect(() => boundsOf("2026-13-01")).toThrow(RangeError);
  });
});

it("an hour begins at its first millisecond", () => {
  expect(hourOf(at("2026-03-09T11:59:59.999Z"))).toBe(at("2026-03-09T11:00:00Z"));
  expect(hourOf(at("2026-03-09T12:00:00Z"))).toBe(at("2026-03-09T12:00:00Z"));
});
