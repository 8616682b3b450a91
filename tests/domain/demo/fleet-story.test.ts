import { describe, expect, it } from "vitest";
import { type FleetMember, fleetEdges, fleetRoles, type Intent } from "#app/demo/fleet-members.ts";
import { createRandom } from "#app/demo/fleet-random.ts";
import { createStory, type Story } from "#app/demo/fleet-story.ts";
import { sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { newId } from "#db/ids.ts";

const members: FleetMember[] = [...fleetRoles, "engineer" as const].map((role, index) => ({
  id: newId("agt"),
  name: `${role} ${index}`,
  role,
}));
const roleOf = (id: string) => members.find((member) => member.id === id)?.role;
const isAllowed = ({ from, to }: Intent): boolean =>
  to === "operators" ||
  fleetEdges.some(([sender, recipient]) => sender === from.role && recipient === roleOf(to));

interface Told {
  intent: Intent;
  correlationId: string;
  blocked: boolean;
}

/** Plays the service: delivers each intent at once, blocks what has no edge, one intent a tick. */
function tell(story: Story, ticks: number): Told[] {
  const told: Told[] = [];
  const queue: Intent[] = [];
  for (let tick = 0; tick < ticks; tick += 1) {
    const nowMs = tick * 2_500;
    const opening = queue.length < 3 ? story.begin(nowMs) : undefined;
    if (opening !== undefined) queue.push(opening);
    const intent = queue.shift();
    if (intent === undefined) continue;
    const id = newId("msg");
    const correlationId = intent.correlationId ?? id;
    const blocked = !isAllowed(intent);
    told.push({ intent, correlationId, blocked });
    if (blocked) queue.push(...story.blocked(intent));
    else {
      story.sent(correlationId, nowMs);
      const recipient = members.find((member) => member.id === intent.to);
      const message = {
        id,
        senderId: intent.from.id,
        type: intent.type,
        payload: intent.payload,
        correlationId,
      };
      if (recipient !== undefined) queue.push(...story.receive(recipient, message, nowMs));
    }
  }
  return told;
}

const withoutIds = (told: Told[]) =>
  told.map(({ intent }) => [intent.from.name, intent.type, intent.thinkMs]);

describe("the demo fleet's story", () => {
  it("says only what the service accepts", () => {
    for (const { intent } of tell(createStory(members, createRandom(1)), 800)) {
      const { to, type, payload, correlationId, replyTo, priority } = intent;
      const body = { recipientId: to, type, payload, correlationId, replyTo, priority };
      const parsed = sendMessageSchema.safeParse(JSON.parse(JSON.stringify(body)));
      expect(parsed.error?.issues ?? []).toEqual([]);
    }
  });

  it("shows every type of message, every role at work, escalations to the desk and blocked attempts", () => {
    const told = tell(createStory(members, createRandom(2)), 800);
    expect(new Set(told.map(({ intent }) => intent.type)).size).toBe(5);
    expect(new Set(told.map(({ intent }) => intent.from.id))).toEqual(new Set(members.map(({ id }) => id)));
    expect(told.some(({ intent }) => intent.to === "operators" && intent.type === "escalation")).toBe(true);
    const blocked = told.filter((entry) => entry.blocked);
    expect(blocked.length).toBeGreaterThan(5);
    expect(blocked.every(({ intent }) => intent.from.role === "support")).toBe(true);
  });

  it.each([1, 2, 3, 4, 5])("begins with every state there is, early enough to be seen (seed %d)", (seed) => {
    const retired = { id: newId("agt") };
    const intents = createStory(members, createRandom(seed), retired).showcase();
    // The longest that a due intent waits: the pace's longest pause for itself and each one before it.
    const isSentBy = (intent: Intent, ms: number) =>
      intent.thinkMs + (intents.indexOf(intent) + 1) * 3_000 <= ms;
    const isBlocked = (intent: Intent) => intent.to !== retired.id && !isAllowed(intent);

    expect(intents.some((intent) => isBlocked(intent) && isSentBy(intent, 30_000))).toBe(true);
    const severities = intents
      .filter((intent) => intent.type === "escalation" && isSentBy(intent, 90_000))
      .map(({ payload }) => payload.severity);
    expect(new Set(severities).size).toBeGreaterThan(1);
    const expiring = intents.filter(({ ttlSeconds }) => ttlSeconds !== undefined);
    expect(expiring.map(({ to }) => to)).toEqual([retired.id]);
    for (const intent of expiring)
      expect(isSentBy(intent, 60_000 - (intent.ttlSeconds ?? 0) * 1_000)).toBe(true);

    for (const { to, type, payload, ttlSeconds } of intents) {
      const body = { recipientId: to, type, payload, ttlSeconds };
      expect(sendMessageSchema.safeParse(body).error?.issues ?? []).toEqual([]);
    }
  });

  it("sends nothing that expires where there is no retired agent", () => {
    const intents = createStory(members, createRandom(1)).showcase();
    expect(intents.filter(({ ttlSeconds }) => ttlSeconds !== undefined)).toEqual([]);
  });

  it("is the same for the same seed", () => {
    const first = tell(createStory(members, createRandom(3)), 300);
    const second = tell(createStory(members, createRandom(3)), 300);
    expect(withoutIds(second)).toEqual(withoutIds(first));
  });

  it("keeps every conversation and the number of open ones within bounds", () => {
    const told = tell(createStory(members, createRandom(4)), 2_000);
    const sizes = new Map<string, number>();
    for (const { correlationId } of told) sizes.set(correlationId, (sizes.get(correlationId) ?? 0) + 1);
    expect(Math.max(...sizes.values())).toBeLessThanOrEqual(26);

    const idle = createStory(members, createRandom(5));
    const opened = Array.from({ length: 50 }, (_, index) => {
      const intent = idle.begin(0);
      if (intent !== undefined) idle.sent(`conversation ${index}`, 0);
      return intent;
    }).filter((intent) => intent !== undefined);
    expect(opened).toHaveLength(4);
  });

  it("stops answering a stranger who keeps one conversation going", () => {
    const story = createStory(members, createRandom(6));
    const [planner] = members;
    if (planner === undefined) throw new Error("There is no planner.");
    let answers = 0;
    for (let round = 0; round < 500; round += 1) {
      const message = {
        id: newId("msg"),
        senderId: newId("agt"),
        type: "data_request",
        payload: { query: "?" },
      };
      for (const intent of story.receive(planner, { ...message, correlationId: "endless" }, round)) {
        answers += 1;
        story.sent(intent.correlationId ?? "", round);
      }
    }
    expect(answers).toBe(24);
  });
});
