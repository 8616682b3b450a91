import { createEngineer } from "./fleet-engineer.ts";
import { answerPerson, isFromPerson } from "./fleet-manners.ts";
import type { FleetMember, FleetRole, IncomingMessage, Intent } from "./fleet-members.ts";
import { createMemory } from "./fleet-memory.ts";
import type { Random } from "./fleet-random.ts";
import { clarifications, escalations, reviewRemarks, type WorkItem, workItems } from "./fleet-script.ts";
import { createShowcase } from "./fleet-showcase.ts";

export interface Story {
  /** What every start shows early on, each at its `thinkMs` from the start, whatever chance brings. */
  showcase(): Intent[];
  /** Opens a new conversation, or nothing when enough are open. */
  begin(nowMs: number): Intent | undefined;
  /** What `agent` does about a message from its inbox. */
  receive(agent: FleetMember, message: IncomingMessage, nowMs: number): Intent[];
  /** Notes that an intent became a message of this conversation. */
  sent(correlationId: string, nowMs: number): void;
  /** What the agent does instead when it was not allowed to send. */
  blocked(intent: Intent): Intent[];
}

const OPEN_CONVERSATIONS_MAX = 4;
const CONVERSATION_IDLE_MS = 90_000;
/** No conversation grows beyond this, whatever people or other programs write into it. */
const MESSAGES_PER_CONVERSATION_MAX = 24;
const REMEMBERED_MAX = 200;

/**
 * The demo fleet's behaviour, free of clocks and sockets: messages in, intents out. Every intent
 * follows from one message or from `begin`, and each kind of message is answered by another kind,
 * so that nothing can feed itself.
 */
export function createStory(
  members: readonly FleetMember[],
  random: Random,
  retired?: Pick<FleetMember, "id">,
): Story {
  const ofRole = (role: FleetRole): FleetMember[] => members.filter((member) => member.role === role);
  const engineers = ofRole("engineer");
  const [planner] = ofRole("planner");
  const [analyst] = ofRole("analyst");
  const [supporter] = ofRole("support");

  const open = new Map<string, number>();
  const spent = createMemory<number>(REMEMBERED_MAX);
  const requesters = createMemory<string>(REMEMBERED_MAX);
  const reviewed = createMemory<true>(REMEMBERED_MAX);
  let nextTaskNumber = 1_000 + Math.floor(random.between(0, 8_000));
  let nextItem = Math.floor(random.between(0, workItems.length));
  let nextEngineer = 0;

  const think = (): number => Math.round(random.between(600, 2_600));
  const takeItem = (): WorkItem => workItems[nextItem++ % workItems.length] ?? random.pick(workItems);
  const takeEngineer = (): FleetMember | undefined => engineers[nextEngineer++ % engineers.length];
  const itemOf = (description: unknown): WorkItem =>
    workItems.find((item) => description === item.title || description === item.complaint) ?? takeItem();

  function reply(
    from: FleetMember,
    message: IncomingMessage,
    to: string,
    type: Intent["type"],
    payload: Intent["payload"],
  ): Intent {
    const { id, correlationId, senderId } = message;
    // Only what goes back to its sender is a reply; the rest merely shares the conversation.
    return {
      from,
      to,
      type,
      payload,
      correlationId,
      ...(to === senderId && { replyTo: id }),
      thinkMs: think(),
    };
  }

  /** Answers a question: with figures when it is one of ours, in words otherwise. */
  function answer(agent: FleetMember, message: IncomingMessage): Intent {
    const { query } = message.payload;
    const figures = workItems.find((item) => item.question.query === query)?.question.answer;
    const words = clarifications.find((pair) => pair.question === query)?.answer;
    const data = figures ?? words ?? "Noted. I will look into it and report back here.";
    const format = typeof data === "string" ? "text" : "json";
    return reply(agent, message, message.senderId, "data_response", { requestId: message.id, data, format });
  }

  function handOff(from: FleetMember, to: FleetMember): Intent {
    const item = takeItem();
    const priority = random.pick(["low", "medium", "medium", "high"] as const);
    const context = { component: item.component, branch: item.branch };
    const payload = { taskId: `NW-${nextTaskNumber++}`, description: item.title, priority, context };
    return {
      from,
      to: to.id,
      type: "task_handoff",
      payload,
      ...(priority === "high" && { priority }),
      thinkMs: 0,
    };
  }

  function ticketFor(from: FleetMember, to: FleetMember, description: string): Intent {
    const taskId = `CS-${nextTaskNumber++}`;
    const payload = { taskId, description, priority: "medium", context: { channel: "support" } };
    return { from, to: to.id, type: "task_handoff", payload, thinkMs: 0 };
  }

  function openTicket(from: FleetMember): Intent | undefined {
    const { complaint, question } = takeItem();
    // Now and then support goes straight to an engineer, which its allowlist does not permit.
    if (engineers.length > 0 && random.chance(0.3)) {
      const payload = { query: complaint, format: "text" };
      return { from, to: random.pick(engineers).id, type: "data_request", payload, thinkMs: 0 };
    }
    if (analyst !== undefined && random.chance(0.4)) {
      const { query, dataSource } = question;
      const payload = { query, dataSource, format: "json" };
      return { from, to: analyst.id, type: "data_request", payload, thinkMs: 0 };
    }
    return planner && ticketFor(from, planner, complaint);
  }

  function asPlanner(agent: FleetMember, message: IncomingMessage): Intent[] {
    const { correlationId, payload, senderId } = message;
    const { taskId } = payload;
    if (message.type === "data_request") return [answer(agent, message)];
    if (message.type === "task_handoff") {
      const engineer = takeEngineer();
      if (engineer === undefined || engineer.id === senderId) return [];
      requesters.set(correlationId, senderId);
      const accepted = { taskId, status: "accepted", progress: 0, detail: `${engineer.name} takes it.` };
      const work = handOff(agent, engineer);
      return [
        reply(agent, message, senderId, "status_update", accepted),
        {
          ...work,
          payload: { ...work.payload, taskId, description: payload.description },
          correlationId,
          thinkMs: think() + 1_000,
        },
      ];
    }
    if (message.type !== "status_update" || payload.status !== "done") return [];
    open.delete(correlationId);
    const requester = requesters.get(correlationId);
    if (requester === undefined) return [];
    requesters.delete(correlationId);
    const resolved = { taskId, status: "resolved", progress: 100, detail: "Goes out with the next release." };
    return [reply(agent, message, requester, "status_update", resolved)];
  }

  function asReviewer(agent: FleetMember, message: IncomingMessage): Intent[] {
    if (message.type === "data_request") return [answer(agent, message)];
    if (message.type !== "task_handoff") return [];
    const isFirstRound = reviewed.get(message.correlationId) === undefined;
    reviewed.set(message.correlationId, true);
    const verdict =
      isFirstRound && random.chance(0.4)
        ? { status: "changes requested", progress: 60, detail: random.pick(reviewRemarks) }
        : { status: "approved", progress: 95, detail: "Read it twice and ran it on the test rig." };
    const { taskId } = message.payload;
    return [reply(agent, message, message.senderId, "status_update", { taskId, ...verdict })];
  }

  function asAnalyst(agent: FleetMember, message: IncomingMessage): Intent[] {
    if (message.type !== "data_request") return [];
    const steps = [answer(agent, message)];
    if (random.chance(0.08)) {
      const payload = random.pick(escalations);
      steps.push({
        from: agent,
        to: "operators",
        type: "escalation",
        payload: { ...payload },
        thinkMs: think(),
      });
    }
    return steps;
  }

  function asSupport(agent: FleetMember, message: IncomingMessage): Intent[] {
    if (message.type === "data_response") open.delete(message.correlationId);
    return message.type === "data_request" ? [answer(agent, message)] : [];
  }

  const [reviewer] = ofRole("reviewer");
  const behaviour = {
    planner: asPlanner,
    engineer: createEngineer({ reviewer, analyst, random, itemOf, reply, answer }),
    reviewer: asReviewer,
    analyst: asAnalyst,
    support: asSupport,
  } as const;

  return {
    showcase: () => createShowcase(members, random, retired),
    begin(nowMs) {
      for (const [id, lastMs] of open) if (nowMs - lastMs > CONVERSATION_IDLE_MS) open.delete(id);
      if (open.size >= OPEN_CONVERSATIONS_MAX) return undefined;
      if (supporter !== undefined && random.chance(0.35)) return openTicket(supporter);
      const engineer = takeEngineer();
      return planner && engineer && handOff(planner, engineer);
    },
    receive(agent, message, nowMs) {
      if (message.senderId === agent.id) return [];
      if ((spent.get(message.correlationId) ?? 0) >= MESSAGES_PER_CONVERSATION_MAX) return [];
      if (open.has(message.correlationId)) open.set(message.correlationId, nowMs);
      if (!isFromPerson(message)) return behaviour[agent.role](agent, message);
      // Questions and tasks are a person's like an agent's, only sooner.
      return (
        answerPerson(agent, message) ??
        behaviour[agent.role](agent, message).map((intent) =>
          intent.to === message.senderId ? { ...intent, isForPerson: true } : intent,
        )
      );
    },
    sent(correlationId, nowMs) {
      const count = (spent.get(correlationId) ?? 0) + 1;
      spent.set(correlationId, count);
      if (count === 1) open.set(correlationId, nowMs);
    },
    blocked(intent) {
      if (intent.from !== supporter || intent.type !== "data_request" || planner === undefined) return [];
      const description = typeof intent.payload.query === "string" ? intent.payload.query : "A question";
      return [{ ...ticketFor(intent.from, planner, description), thinkMs: think() }];
    },
  };
}
