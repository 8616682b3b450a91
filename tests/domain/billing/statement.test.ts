import { describe, expect, test } from "vitest";
import { adjustmentLines } from "#app/domain/billing/adjustments.ts";
import { forecastUsage } from "#app/domain/billing/forecast.ts";
import { makeStatement, type StatementOptions } from "#app/domain/billing/statement.ts";
import type { AgentTerms, PlanTerms, SegmentUsage } from "#app/domain/billing/terms.ts";
import { CENT, DOLLAR, type ModelTier, type ThinkingMode } from "#app/domain/catalogue.ts";
import { newId } from "#db/ids.ts";

const us = (time: string): number => Date.parse(time) * 1_000;
const november = "2026-11-01";
const longAgo = us("2026-01-15T10:00:00Z");

const plan = (plan: PlanTerms["plan"], overage = false, fromUs = longAgo): PlanTerms => ({
  plan,
  overage,
  fromUs,
});
const agent = (
  modelTier: ModelTier,
  thinkingMode: ThinkingMode = "off",
  fromUs = longAgo,
  agentId = newId("agt"),
): AgentTerms => ({ agentId, modelTier, thinkingMode, fromUs });
const used = ({ agentId, modelTier, fromUs }: AgentTerms, tokens: number): SegmentUsage => ({
  ...{ agentId, modelTier, tokens },
  termsFromUs: fromUs,
});
const statement = (options: Partial<StatementOptions>) =>
  makeStatement({ month: november, plans: [plan("growth", true)], agents: [], usage: [], ...options });
const amounts = (options: Partial<StatementOptions>) =>
  Object.fromEntries(
    statement(options).lines.map(({ kind, item, amountMicros }) => [
      `${kind} ${item}`,
      amountMicros / DOLLAR,
    ]),
  );

describe("a statement", () => {
  test("of the worked example is $529.40", () => {
    const sonnets = Array.from({ length: 5 }, () => agent("sonnet"));
    const [first, second] = sonnets;
    if (first === undefined || second === undefined) throw new Error("no agents");
    const agents = [...sonnets, agent("opus", "high"), agent("opus")];
    const usage = [used(first, 12_200_000), used(second, 10_900_000)];
    const { lines, totalMicros } = statement({ agents, usage });
    expect(totalMicros).toBe(529_400_000);
    expect(
      lines.map(({ description, quantity, unitPriceMicros, amountMicros }) => [
        ...[description, quantity, unitPriceMicros / DOLLAR, amountMicros / DOLLAR],
      ]),
    ).toEqual([
      ["Growth plan", 1, 299, 299],
      ["Sonnet agents, included", 5, 0, 0],
      ["Additional opus agents", 2, 99, 198],
      ["High thinking", 1, 20, 20],
      ["Sonnet tokens over quota", 3.1, 4, 12.4],
    ]);
  });

  test("charges for the time that a price held, and rounds each line once", () => {
    const half = us("2026-11-16T00:00:00Z");
    const one = agent("opus");
    // A plan from the middle of the month on, another for the first half; an agent that changes with them.
    const plans = [plan("starter"), plan("growth", false, half)];
    const agents = [one, { ...one, modelTier: "haiku" as const, thinkingMode: "low" as const, fromUs: half }];
    expect(amounts({ plans, agents })).toEqual({
      "plan starter": 49.5,
      "plan growth": 149.5,
      "agent opus": 49.5,
      "included haiku": 0,
      "thinking low": 2.5,
    });
    // Three agents a third of a cent each are a cent together, and not none.
    const ends = us("2026-12-01T00:00:00Z");
    const late = ends - Math.floor((30 * 86_400_000_000) / (3 * 9_900));
    const brief = Array.from({ length: 3 }, () => agent("opus", "off", late));
    expect(amounts({ agents: brief })["agent opus"]).toBe(0.01);
  });

  test("begins with its tenant, and has nothing before", () => {
    expect(amounts({ plans: [plan("starter", false, us("2026-11-16T00:00:00Z"))] })).toEqual({
      "plan starter": 49.5,
    });
    expect(amounts({ plans: [plan("starter", false, us("2026-12-01T00:00:00Z"))] })).toEqual({});
    expect(statement({ plans: [] }).totalMicros).toBe(0);
  });

  test("gives the places of the plan to the dearest that may have one, and at each moment anew", () => {
    const haikus = [agent("haiku"), agent("haiku"), agent("haiku")];
    const half = us("2026-11-16T00:00:00Z");
    expect(amounts({ plans: [plan("starter")], agents: haikus })).toMatchObject({ "agent haiku": 29 });
    // A sonnet from the middle on takes a haiku's place; an opus takes none.
    const agents = [...haikus, agent("sonnet", "off", half), agent("opus", "off", half)];
    expect(amounts({ plans: [plan("starter")], agents })).toEqual({
      "plan starter": 99,
      "included haiku": 0,
      "included sonnet": 0,
      "agent haiku": 29 + 14.5,
      "agent opus": 49.5,
    });
  });

  test("knows what each agent has part in", () => {
    const agents = [agent("sonnet"), agent("haiku"), agent("haiku", "medium")];
    const [sonnet, older, younger] = agents.map(({ agentId }) => agentId);
    if (sonnet === undefined || older === undefined || younger === undefined) throw new Error("no agents");
    const usage = agents.map((one) => used(one, 25_000_000));
    const made = statement({
      plans: [plan("growth", true), plan("starter", false, longAgo + 1)],
      agents,
      usage,
    });
    expect(made.agents.get(younger)).toEqual({ recurringMicros: 39 * DOLLAR, overageMicros: 5 * DOLLAR });
    expect(made.agents.get(older)).toEqual({ recurringMicros: 0, overageMicros: 5 * DOLLAR });
    expect(made.agents.get(sonnet)).toEqual({ recurringMicros: 0, overageMicros: 60 * DOLLAR });
  });

  test("charges tokens over quota by the tier and the switch of their time, and the rest of them not at all", () => {
    const haiku = agent("haiku");
    const sonnet = { ...haiku, modelTier: "sonnet" as const, fromUs: us("2026-11-10T00:00:00Z") };
    const off = us("2026-11-20T00:00:00Z");
    const plans = [plan("growth", true), plan("growth", false, off)];
    // 15 M of 20 M units as haiku, then 2.5 M tokens of sonnet are 5 M units: what is above is over.
    const usage = [
      used(haiku, 15_000_000),
      used(sonnet, 4_000_000),
      { ...used(sonnet, 7), termsFromUs: off },
    ];
    const made = statement({ plans, agents: [haiku, sonnet], usage });
    expect(made.lines.at(-1)).toMatchObject({ item: "sonnet", quantity: 1.5, amountMicros: 6 * DOLLAR });
    expect(made.overQuota).toMatchObject([{ freeTokens: 7, usedTokens: 19_000_007, usedUnits: 23_000_014 }]);
  });

  test("counts the token that crosses the line as within", () => {
    const haiku = agent("haiku");
    const opus = { ...haiku, modelTier: "opus" as const, fromUs: us("2026-11-10T00:00:00Z") };
    const usage = [used(haiku, 19_999_999), used(opus, 1_001)];
    expect(statement({ agents: [haiku, opus], usage }).lines.at(-1)).toMatchObject({
      quantity: 0.001,
      amountMicros: 2 * CENT,
    });
  });

  test("of a part of the month has its recurring prices so far", () => {
    const agents = [agent("opus", "high")];
    const made = statement({ agents, untilUs: us("2026-11-11T00:00:00Z") });
    expect(made.totalMicros).toBe(Math.round((299 * 100) / 3) * CENT + 33 * DOLLAR + 667 * CENT);
  });
});

describe("an adjustment", () => {
  const one = agent("sonnet");
  const of = (tokens: number) => statement({ agents: [one], usage: [used(one, tokens)] });

  test("is what a closed month costs more, once", () => {
    const billed = of(10_500_000).lines;
    const [line, ...others] = adjustmentLines(of(10_500_001 + 250_000), billed);
    if (line === undefined) throw new Error("no adjustment");
    expect(others).toEqual([]);
    expect(line).toMatchObject({
      kind: "adjustment",
      description: "Sonnet tokens over quota in November 2026, reported late",
      quantity: 0.250_001,
      unitPriceMicros: 4 * DOLLAR,
      amountMicros: 1 * DOLLAR,
      period: november,
    });
    expect(adjustmentLines(of(10_750_001), [...billed, line])).toEqual([]);
  });

  test("adds up over several invoices to what was used, to the cent", () => {
    let lines = of(10_000_000).lines;
    for (const tokens of [10_001_000, 10_002_000, 10_003_000, 10_003_999])
      lines = [...lines, ...adjustmentLines(of(tokens), lines)];
    const billed = lines.filter(({ kind }) => kind === "adjustment");
    expect(billed).toHaveLength(4);
    expect(billed.reduce((sum, { amountMicros }) => sum + amountMicros, 0)).toBe(2 * CENT);
  });

  test("is a credit where less was used than was invoiced, at the price of then", () => {
    const billed = of(11_000_000).lines.map((line) => ({
      ...line,
      unitPriceMicros: 2 * line.unitPriceMicros,
    }));
    const dear = billed.map((line) =>
      line.kind === "overage" ? { ...line, amountMicros: 8 * DOLLAR } : line,
    );
    expect(adjustmentLines(of(10_500_000), dear)).toMatchObject([
      { quantity: -0.5, unitPriceMicros: 8 * DOLLAR, amountMicros: -4 * DOLLAR },
    ]);
    // Nothing was reported: another price alone changes nothing.
    expect(adjustmentLines(of(11_000_000), dear)).toEqual([]);
  });
});

test("a forecast goes on at the pace of each agent, for as long as it has been there", () => {
  const steady = agent("sonnet");
  const young = agent("opus", "off", us("2026-11-20T00:00:00Z"));
  const nowUs = us("2026-11-21T00:00:00Z");
  const usage = [used(steady, 8_000_000), used(young, 1_000_000)];
  const forecast = forecastUsage({
    ...{ plans: [plan("growth", true)], agents: [steady, young], usage, nowUs },
    pace: new Map([
      [steady.agentId, 1_400_000],
      [young.agentId, 1_000_000],
    ]),
    paceFromUs: us("2026-11-14T00:00:00Z"),
    endUs: us("2026-12-01T00:00:00Z"),
  });
  // Ten days at 200,000 a day; ten at a million.
  expect(forecast.map(({ tokens }) => tokens)).toEqual([10_000_000, 11_000_000]);
  expect(forecast.map(({ termsFromUs }) => termsFromUs)).toEqual([steady.fromUs, young.fromUs]);
});
