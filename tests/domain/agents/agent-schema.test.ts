import { describe, expect, test } from "vitest";
import { createAgentSchema, namedListSchema, updateAgentSchema } from "#app/domain/messaging/agent-schema.ts";
import { decodeNamedCursor, encodeNamedCursor } from "#app/domain/named-cursor.ts";
import { newId } from "#db/ids.ts";

describe("a new agent", () => {
  test("thinks not at all unless told to, and its name is trimmed", () => {
    expect(createAgentSchema.parse({ name: "  Planner ", modelTier: "opus" })).toEqual({
      name: "Planner",
      modelTier: "opus",
      thinkingMode: "off",
    });
  });

  test.each([
    ["no name", { modelTier: "opus" }],
    ["a blank name", { name: "   ", modelTier: "opus" }],
    ["a long name", { name: "x".repeat(101), modelTier: "opus" }],
    ["a name of two lines", { name: "a\nb", modelTier: "opus" }],
    ["an unknown tier", { name: "a", modelTier: "gpt" }],
    ["an unknown mode", { name: "a", modelTier: "opus", thinkingMode: "deep" }],
    ["a description with a bell", { name: "a", modelTier: "opus", description: "\u0007" }],
    ["an unknown field", { name: "a", modelTier: "opus", tokenQuota: 1 }],
  ])("is refused with %s", (_, input) => {
    expect(createAgentSchema.safeParse(input).success).toBe(false);
  });
});

describe("a change of an agent", () => {
  test.each([
    ["nothing to change", {}],
    ["a reason without a pause", { pausedReason: "why" }],
    ["a reason with a resume", { status: "active", pausedReason: "why" }],
    ["pushing, which takes an endpoint", { mailboxMode: "push" }],
    ["an unknown field", { id: "agt_x" }],
  ])("is refused with %s", (_, input) => {
    expect(updateAgentSchema.safeParse(input).success).toBe(false);
  });

  test("takes an emptied description as none", () => {
    expect(updateAgentSchema.parse({ description: " " })).toEqual({ description: null });
  });
});

describe("a list's query", () => {
  test.each(["0", "101", "-1", "1.5", "1e2", "0x10", "", "ten", "99999999999999999999"])(
    "is refused with the limit %j",
    (limit) => {
      expect(namedListSchema.safeParse({ limit }).success).toBe(false);
    },
  );

  test("reads its own cursor back", () => {
    const position = { name: "Zoë \u{1f600}", id: newId("agt") };
    expect(decodeNamedCursor("agt", encodeNamedCursor(position))).toEqual(position);
  });

  test.each([
    ["no base64url", "%%%"],
    ["no JSON", Buffer.from("nope").toString("base64url")],
    ["another shape", Buffer.from('{"a":1}').toString("base64url")],
    ["a foreign id", Buffer.from(JSON.stringify(["x", newId("usr")])).toString("base64url")],
    ["NUL in the name", Buffer.from(JSON.stringify(["\0", newId("agt")])).toString("base64url")],
    ["a lone surrogate", Buffer.from(`["\\ud800","${newId("agt")}"]`).toString("base64url")],
    ["broken UTF-8", Buffer.from([0x5b, 0xff, 0x5d]).toString("base64url")],
  ])("refuses a forged cursor: %s", (_, cursor) => {
    expect(() => decodeNamedCursor("agt", cursor)).toThrow(
      expect.objectContaining({
        code: "invalid_input",
        errors: [expect.objectContaining({ path: "query.cursor" })],
      }),
    );
  });
});
