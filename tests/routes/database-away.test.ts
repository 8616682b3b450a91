import { expect, test } from "vitest";
import { surviveAbsence } from "#tests/soak/database-absence.ts";

test.each([
  ["stops", "refuse"],
  ["stays connected and says nothing", "stall"],
] as const)(
  "a database that %s for 3 s: refusals in time, nothing lost, and told of once",
  async (_, how) => {
    const { sent, refused, slowestRefusalMs, backAfterMs, lines } = await surviveAbsence(3_000, how);
    expect(sent).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(20);
    expect(slowestRefusalMs).toBeLessThan(2_000);
    expect(backAfterMs).toBeLessThan(10_000);
    const said = (text: string) => lines.filter((line) => line.includes(text)).length;
    expect(said("The database is away")).toBe(1);
    expect(said("The database is back")).toBe(1);
    // Beside those, what was under way when it went, and each part that noticed by itself.
    expect(lines.length, lines.join("\n").slice(0, 20_000)).toBeLessThan(50);
  },
  60_000,
);
