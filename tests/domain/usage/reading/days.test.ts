import { expect, test } from "vitest";
import {
  addDays,
  addMonths,
  comparedInMonth,
  daysBetween,
  lastDayOf,
  withDaysBefore,
} from "#app/domain/usage/reading/days.ts";

test("days and months go over the ends of months, years and Februaries", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
  expect(addMonths("2026-01", -1)).toBe("2025-12");
  expect(addMonths("2026-12", 2)).toBe("2027-02");
  expect(lastDayOf("2027-02")).toBe("2027-02-28");
  expect(daysBetween("2028-02-28", "2028-03-01")).toBe(3);
});

test("a window has the same number of days before it", () => {
  expect(withDaysBefore("2026-03-01", "2026-03-10")).toEqual({
    ...{ first: "2026-03-01", last: "2026-03-10", count: 10 },
    ...{ beforeFirst: "2026-02-19", beforeLast: "2026-02-28" },
  });
});

test("a month that is going on is compared by the days that are over, and not at all on its first", () => {
  expect(comparedInMonth("2026-03", "2026-03-11")).toEqual({
    current: ["2026-03-01", "2026-03-10"],
    before: ["2026-02-01", "2026-02-10"],
  });
  expect(comparedInMonth("2026-03", "2026-03-01")).toBeUndefined();
});

test("a month that is over is compared with all of the one before, however long that was", () => {
  expect(comparedInMonth("2026-03", "2026-04-01")).toEqual({
    current: ["2026-03-01", "2026-03-31"],
    before: ["2026-02-01", "2026-02-28"],
  });
  expect(comparedInMonth("2026-02", "2026-04-01")?.before).toEqual(["2026-01-01", "2026-01-31"]);
});

test("days that the month before did not have are compared with its end", () => {
  expect(comparedInMonth("2026-03", "2026-03-31")?.before).toEqual(["2026-02-01", "2026-02-28"]);
});
