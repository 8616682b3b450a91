import fc from "fast-check";
import { expect, test } from "vitest";
import { adjustmentLines } from "#app/domain/billing/adjustments.ts";
import { makeStatement, type Statement } from "#app/domain/billing/statement.ts";
import { CENT } from "#app/domain/catalogue.ts";
import { asKept, centsOf, scenario } from "./scenarios.ts";
import { type RawEvent, recount } from "./slow-recount.ts";

test("a statement is what a slow recount of raw events and dated settings says", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(scenario, (one) => {
      const made: Statement = makeStatement(asKept(one));
      const counted = recount(one);
      expect(centsOf(made.lines)).toEqual(counted);
      const total = Object.values(counted).reduce((sum, cents) => sum + cents, 0n);
      expect(BigInt(made.totalMicros)).toBe(total * BigInt(CENT));
    }),
    { numRuns: 400 },
  );
});

test("what is reported late is on later invoices, which add up to the recount", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(scenario, fc.array(fc.nat({ max: 3 }), { minLength: 120, maxLength: 120 }), (one, when) => {
      // Each event comes in one of four lots; after each, an invoice is made.
      const lots = [0, 1, 2, 3].map((lot) => one.events.filter((_, n) => (when[n] ?? 0) <= lot));
      const [first = [], ...later] = lots;
      const statementOf = (events: RawEvent[]) => makeStatement(asKept({ ...one, events }));
      let lines = statementOf(first).lines;
      for (const events of later) lines = [...lines, ...adjustmentLines(statementOf(events), lines)];
      const counted = recount(one);
      const billed = Object.entries(centsOf(lines)).filter(([, cents]) => cents !== 0n);
      expect(Object.fromEntries(billed)).toEqual(
        Object.fromEntries(Object.entries(counted).filter(([, cents]) => cents !== 0n)),
      );
    }),
    { numRuns: 150 },
  );
});
