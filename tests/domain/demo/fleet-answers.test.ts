import { describe, expect, it } from "vitest";
import { answerQuestion } from "#app/demo/fleet-answers.ts";
import { fleetRoles } from "#app/demo/fleet-members.ts";
import { createRandom } from "#app/demo/fleet-random.ts";
import { payloadSchemas } from "#app/domain/messaging/schema.ts";

const about = (query: string, format?: string) => ({ payload: { query, ...(format && { format }) } });

describe("an answer of the demo fleet", () => {
  it.each(fleetRoles)(
    "of a %s is what the service accepts, and its pieces are the whole but its end",
    (role) => {
      const random = createRandom(1);
      for (let n = 0; n < 50; n += 1) {
        const { pieces, data, format, toolsCalled, usage } = answerQuestion(
          { id: "agt_1", name: role, role },
          about("Why do the grippers re-home after every pick?"),
          random,
        );
        for (const piece of pieces)
          payloadSchemas.data_response.parse({ data: piece, format: "text", partial: true });
        payloadSchemas.data_response.parse({ data, format, toolsCalled, usage });
        expect(String(data).startsWith(pieces.join(""))).toBe(true);
        expect(String(data).length).toBeGreaterThan(pieces.join("").length);
      }
    },
  );

  it("is about what was asked, and gives figures where they are wanted", () => {
    const analyst = { id: "agt_1", name: "Analyst", role: "analyst" } as const;
    const asked = "How many robots wait for a charger at the worst time of the day?";
    expect(answerQuestion(analyst, about(asked), createRandom(2)).data).toContain("charging_queue");
    expect(answerQuestion(analyst, about(asked, "json"), createRandom(2))).toMatchObject({
      pieces: [],
      data: [{ sites: 6, maxWaiting: 19 }],
      format: "json",
    });
  });
});
