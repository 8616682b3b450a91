import type { FleetMember, IncomingMessage, Intent } from "./fleet-members.ts";
import { createMemory } from "./fleet-memory.ts";
import type { Random } from "./fleet-random.ts";
import { clarifications, escalations, type WorkItem } from "./fleet-script.ts";

interface Task {
  taskId: string;
  requester: string;
  item: WorkItem;
}

export interface EngineerOptions {
  reviewer: FleetMember | undefined;
  analyst: FleetMember | undefined;
  random: Random;
  /** The piece of work that a description is about. */
  itemOf(description: unknown): WorkItem;
  /** An intent that answers `message` within its conversation. */
  reply(
    from: FleetMember,
    message: IncomingMessage,
    to: string,
    type: Intent["type"],
    payload: Intent["payload"],
  ): Intent;
  answer(agent: FleetMember, message: IncomingMessage): Intent;
}

const REMEMBERED_MAX = 200;

/** An engineer takes a task, asks what it needs to know, has the result reviewed and reports back. */
export function createEngineer(options: EngineerOptions) {
  const { reviewer, analyst, random, reply, answer } = options;
  const tasks = createMemory<Task>(REMEMBERED_MAX);

  const think = (): number => Math.round(random.between(1_500, 3_500));

  const report = (
    agent: FleetMember,
    message: IncomingMessage,
    task: Task,
    status: string,
    progress: number,
    detail: string,
  ): Intent =>
    reply(agent, message, task.requester, "status_update", { taskId: task.taskId, status, progress, detail });

  const askForReview = (agent: FleetMember, message: IncomingMessage, task: Task): Intent =>
    reviewer === undefined
      ? report(agent, message, task, "done", 100, task.item.finding)
      : {
          from: agent,
          to: reviewer.id,
          type: "task_handoff",
          payload: {
            taskId: task.taskId,
            description: `Review ${task.item.branch}: ${task.item.title}`,
            priority: "medium",
            context: { branch: task.item.branch },
          },
          correlationId: message.correlationId,
          thinkMs: think() + 1_500,
        };

  function takeOn(agent: FleetMember, message: IncomingMessage): Intent[] {
    const { taskId, description } = message.payload;
    const task: Task = {
      taskId: typeof taskId === "string" ? taskId : message.id,
      requester: message.senderId,
      item: options.itemOf(description),
    };
    tasks.set(message.correlationId, task);

    const steps = [report(agent, message, task, "started", 10, `Reading ${task.item.component}.`)];
    const next = { from: agent, correlationId: message.correlationId };
    if (random.chance(0.12)) {
      const payload = { ...random.pick(escalations), taskId: task.taskId };
      steps.push({ ...next, to: "operators", type: "escalation", payload, thinkMs: think() });
    }
    if (analyst !== undefined && random.chance(0.6)) {
      const { query, dataSource } = task.item.question;
      const payload = { query, dataSource, format: "json" };
      steps.push({ ...next, to: analyst.id, type: "data_request", payload, thinkMs: think() + 1_000 });
    } else if (random.chance(0.6)) {
      const payload = { query: random.pick(clarifications).question, format: "text" };
      steps.push(reply(agent, message, message.senderId, "data_request", payload));
    } else {
      steps.push(askForReview(agent, message, task));
    }
    return steps;
  }

  return function asEngineer(agent: FleetMember, message: IncomingMessage): Intent[] {
    if (message.type === "task_handoff") return takeOn(agent, message);
    if (message.type === "data_request") return [answer(agent, message)];
    const task = tasks.get(message.correlationId);
    if (task === undefined) return [];

    if (message.type === "data_response")
      return [
        report(agent, message, task, "in progress", 55, task.item.finding),
        askForReview(agent, message, task),
      ];
    const { status } = message.payload;
    if (message.type !== "status_update" || message.senderId !== reviewer?.id) return [];
    if (status === "changes requested")
      return [
        report(agent, message, task, "in progress", 80, "Addressing the review remarks."),
        askForReview(agent, message, task),
      ];
    if (status !== "approved") return [];
    tasks.delete(message.correlationId);
    return [report(agent, message, task, "done", 100, `Merged ${task.item.branch}.`)];
  };
}
