import { expect, it } from "vitest";
import { surviveAbsence } from "./database-absence.ts";

it.each([
  ["stops", "refuse"],
  ["stays connected and says nothing", "stall"],
] as const)("outlives a database that %s for 30 s", async (_, how) => {
  const { sent, refused, slowestRefusalMs, backAfterMs, lines } = await surviveAbsence(30_000, how);
  expect(slowestRefusalMs).toBeLessThan(2_000);
  expect(backAfterMs).toBeLessThan(10_000);
  // As many as for 3 s: it is said once that it is away, however long.
  expect(lines.length, lines.join("\n").slice(0, 20_000)).toBeLessThan(50);
  console.log(
    `${sent} sent, ${refused} refused, the slowest in ${Math.round(slowestRefusalMs)} ms; back after ${Math.round(backAfterMs)} ms; ${lines.length} lines.`,
  );
});
