import { randomUUID } from "node:crypto";
import { answerQuestion } from "./fleet-answers.ts";
import { pause, type SendOutcome, sendMessage } from "./fleet-client.server.ts";
import type { FleetMember, IncomingMessage, Intent } from "./fleet-members.ts";
import type { Random } from "./fleet-random.ts";

export interface AnsweringOptions {
  origin: string;
  keyOf(agent: FleetMember): string | undefined;
  random: Random;
  signal: AbortSignal;
  /** How long agents think, 1 being as scripted. */
  thinking: number;
}

export interface Answering {
  /** Answers a person's question, piece by piece. */
  answer(agent: FleetMember, question: IncomingMessage): void;
  /** Nobody waits for the answer any more. */
  cancel(questionId: string): void;
  /** Resolves when no request of it is open any more. */
  idle(): Promise<void>;
}

/** More questions than this at once are let go: whoever asks so fast is not a person. */
const ATTENDED_MAX = 40;

const ATTEMPTS_MAX = 4;

/** Whether it was sent; an agent whose quota is used up may send once a second. */
async function insist(send: () => Promise<SendOutcome>, ended: AbortSignal): Promise<boolean> {
  for (let attempts = 1; ; attempts += 1) {
    const outcome = await send();
    if (outcome.kind !== "later" || attempts >= ATTEMPTS_MAX || ended.aborted)
      return outcome.kind === "accepted";
    await pause(Math.max(outcome.retryAfterMs, 500), ended);
  }
}

/** Somebody waits for these, so they take no turn in the fleet's pace. */
export function createAnswering({ origin, keyOf, random, signal, thinking }: AnsweringOptions): Answering {
  const attended = new Map<string, AbortController>();
  const running = new Set<Promise<void>>();

  async function attend(agent: FleetMember, question: IncomingMessage, ended: AbortSignal): Promise<void> {
    const key = keyOf(agent);
    if (key === undefined) return;
    const { pieces, data, format, toolsCalled, usage } = answerQuestion(agent, question, random);
    const say = async (payload: Intent["payload"]): Promise<boolean> => {
      await pause(random.between(500, 1_100) * thinking, ended);
      if (ended.aborted) return false;
      const sendKey = randomUUID();
      const intent: Intent = {
        ...{ from: agent, to: question.senderId, type: "data_response", thinkMs: 0 },
        payload: { requestId: question.id, ...payload },
        ...{ correlationId: question.correlationId, replyTo: question.id },
      };
      return insist(() => sendMessage(origin, key, intent, sendKey), ended);
    };
    for (const piece of pieces) if (!(await say({ data: piece, format: "text", partial: true }))) return;
    await say({ data, format, usage, ...(toolsCalled.length > 0 && { toolsCalled }) });
  }

  return {
    answer(agent, question) {
      if (attended.size >= ATTENDED_MAX || attended.has(question.id)) return;
      const controller = new AbortController();
      attended.set(question.id, controller);
      const done = attend(agent, question, AbortSignal.any([controller.signal, signal])).finally(() => {
        attended.delete(question.id);
        running.delete(done);
      });
      running.add(done);
    },
    cancel: (questionId) => attended.get(questionId)?.abort(),
    async idle() {
      await Promise.allSettled(running);
    },
  };
}
