import { describe, expect, it } from "vitest";
import { decideToolCall } from "#app/domain/tools/decide-tool-call.ts";
import { matchesPattern } from "#app/domain/tools/match-pattern.ts";
import { toolPolicySchema } from "#app/domain/tools/tool-schema.ts";

describe("a pattern of tools' names", () => {
  it.each([
    ["fs.read", "fs.read", true],
    ["fs.read", "fs.reads", false],
    ["fs.*", "fs.read", true],
    ["fs.*", "fs.", true],
    ["fs.*", "fs", false],
    ["*", "", true],
    ["*.delete", "db.delete", true],
    ["*.delete", "db.delete.all", false],
    ["*delete*", "db.delete.all", true],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*bc*c", "abc", false],
    ["**", "anything", true],
    ["a.c", "abc", false],
    ["FS.*", "fs.read", false],
  ])("%s on %s: %s", (pattern, name, fits) => {
    expect(matchesPattern(pattern, name)).toBe(fits);
  });

  it("agrees with a regular expression on whatever short texts there are", () => {
    const texts = [...Array(400).keys()].map((n) => n.toString(3).replaceAll("2", "*"));
    for (const pattern of texts)
      for (const name of texts.filter((text) => !text.includes("*")))
        expect(matchesPattern(pattern, name), `${pattern} on ${name}`).toBe(
          new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(name),
        );
  });

  it("takes no longer for a pattern that would keep a regular expression busy for years", () => {
    const startedAt = performance.now();
    const pattern = `${"a*".repeat(99)}b`;
    for (let n = 0; n < 1_000; n++) expect(matchesPattern(pattern, "a".repeat(200))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe("a tool call", () => {
  const call = { toolName: "fs.read", agentIsPaused: false };

  it("is allowed where nothing is said", () => {
    expect(decideToolCall({ allow: [], deny: [] }, call)).toEqual({
      ...{ allowed: true, reason: "not_restricted", pattern: null },
    });
  });

  it("is allowed by a pattern, and where there are some by nothing else", () => {
    expect(decideToolCall({ allow: ["db.*", "fs.*"], deny: [] }, call)).toEqual({
      ...{ allowed: true, reason: "allowed", pattern: "fs.*" },
    });
    expect(decideToolCall({ allow: ["db.*"], deny: [] }, call)).toEqual({
      ...{ allowed: false, reason: "not_allowed", pattern: null },
    });
  });

  it("is denied by a pattern, whatever allows it", () => {
    expect(decideToolCall({ allow: ["fs.read"], deny: ["*read"] }, call)).toEqual({
      ...{ allowed: false, reason: "denied", pattern: "*read" },
    });
  });

  it("is not allowed to an agent that is paused", () => {
    expect(decideToolCall({ allow: ["*"], deny: [] }, { ...call, agentIsPaused: true })).toEqual({
      ...{ allowed: false, reason: "agent_paused", pattern: null },
    });
  });
});

describe("a policy", () => {
  it("keeps each pattern once, and takes no more than 200 of either list", () => {
    expect(toolPolicySchema.parse({ allow: ["a", " a ", "b"], deny: [] })).toEqual({
      ...{ allow: ["a", "b"], deny: [] },
    });
    const many = Array.from({ length: 201 }, (_, n) => `tool-${n}`);
    expect(toolPolicySchema.safeParse({ allow: many, deny: [] }).success).toBe(false);
    expect(toolPolicySchema.safeParse({ allow: ["two words"], deny: [] }).success).toBe(false);
    expect(toolPolicySchema.safeParse({ allow: [""], deny: [] }).success).toBe(false);
  });
});
