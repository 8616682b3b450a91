import { randomInt, randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { createAnswering } from "./fleet-answering.server.ts";
import { followInbox, pause, sendMessage } from "./fleet-client.server.ts";
import { cancelledQuestion, isFromPerson } from "./fleet-manners.ts";
import type { FleetMember, IncomingMessage, Intent } from "./fleet-members.ts";
import { createOperator } from "./fleet-operator.ts";
import { createPerson } from "./fleet-person.server.ts";
import { createRandom } from "./fleet-random.ts";
import type { FleetReceiver } from "./fleet-receiver.server.ts";
import { createReporting } from "./fleet-reporting.server.ts";
import { createStory } from "./fleet-story.ts";
import { makeTrouble, type Person } from "./fleet-trouble.server.ts";

export interface DemoFleetOptions {
  /** Where the service answers, such as `http://127.0.0.1:3000`. */
  origin: string;
  agents: readonly (FleetMember & { key: string })[];
  /** A paused agent, to whom a message is sent that expires. */
  retired?: { id: string } | undefined;
  /** Those whose messages are pushed come from here; they hold no stream. */
  pushed?: { agentIds: ReadonlySet<string>; receiver: FleetReceiver } | undefined;
  /** The person who works at the operators' desk, and how people reach the service. */
  operator?: { email: string; password: string } | undefined;
  webOrigin?: string | undefined;
  /** Makes now and then what there are alerts for. */
  trouble?: { forgetful: Person; neighbour?: Person | undefined } | undefined;
  log: Logger;
  signal?: AbortSignal;
  /** The same seed tells the same story to the same inboxes. */
  seed?: number;
  /** The pause between two sends of the whole fleet, and how long agents think, 1 being as scripted. */
  pace?: { minMs: number; maxMs: number; thinking: number };
}

export interface DemoFleet {
  /** Resolves when no request of the fleet is open any more. */
  stop(): Promise<void>;
}

interface Planned {
  intent: Intent;
  readyAtMs: number;
  attempts: number;
  idempotencyKey: string;
}

const QUEUE_MAX = 40;
const BEGIN_CHANCE = 0.12;
const ATTEMPTS_MAX = 5;
const DESK_EVERY_MS = 5_000;
const BACKOFF_MIN_MS = 2_000;
const BACKOFF_MAX_MS = 60_000;

/**
 * Runs the demo agents: each holds its inbox stream and all of them send through one paced loop, one
 * message at a time. So the fleet's rate is bounded by the pace whatever arrives, and an error
 * slows all of it down. It knows nothing of the server but its HTTP interface.
 */
export function startDemoFleet(options: DemoFleetOptions): DemoFleet {
  const { origin, agents } = options;
  const log = options.log.child({ part: "demo-fleet" });
  const pace = options.pace ?? { minMs: 1_800, maxMs: 3_000, thinking: 1 };
  const ended = new AbortController();
  const signal = options.signal ? AbortSignal.any([ended.signal, options.signal]) : ended.signal;
  const random = createRandom(options.seed ?? randomInt(2 ** 31));
  const story = createStory(agents, random, options.retired);
  const keys = new Map(agents.map((agent) => [agent.id, agent.key]));
  const queue: Planned[] = [];
  /** Goes before the queue, so that nothing of it waits for what the fleet happens to talk about. */
  const showcase: Planned[] = [];
  const desk = options.operator && createOperator(random);
  // Of its own: the story of a seed does not change with what people ask.
  const aside = createRandom(randomInt(2 ** 31));
  const answering = createAnswering({
    ...{ origin, random: aside, signal, thinking: pace.thinking },
    keyOf: ({ id }) => keys.get(id),
  });
  const reporting = createReporting({
    ...{ origin, agents, random: aside, signal, log },
    keyOf: ({ id }) => keys.get(id),
  });
  let failures = 0;

  function plan(intents: readonly Intent[]): void {
    for (const intent of intents) {
      if (queue.length >= QUEUE_MAX) {
        log.debug("The demo fleet has enough to do; what else it meant to say is dropped.");
        return;
      }
      if (intent.isForPerson) queue.unshift(toPlanned(intent));
      else queue.push(toPlanned(intent));
    }
  }

  const toPlanned = (intent: Intent): Planned => ({
    intent,
    readyAtMs: Date.now() + intent.thinkMs * pace.thinking,
    attempts: 0,
    idempotencyKey: randomUUID(),
  });

  function takeReady(from: Planned[], nowMs: number): Planned | undefined {
    const index = from.findIndex((planned) => planned.readyAtMs <= nowMs);
    return index < 0 ? undefined : from.splice(index, 1)[0];
  }

  /** Sends one message and returns how long the whole fleet should wait on top of its pace. */
  async function perform(planned: Planned): Promise<number> {
    const { intent } = planned;
    const key = keys.get(intent.from.id);
    if (key === undefined) return 0;
    planned.attempts += 1;
    const outcome = await sendMessage(origin, key, intent, planned.idempotencyKey);
    if (signal.aborted) return 0;
    if (outcome.kind !== "later") failures = 0;
    switch (outcome.kind) {
      case "accepted":
        reporting.worked(intent.from);
        if (intent.isAside !== true) story.sent(outcome.correlationId, Date.now());
        if (intent.to === "operators") desk?.note(outcome.messageId, Date.now());
        return 0;
      case "blocked":
        log.debug({ agent: intent.from.name, code: outcome.code }, "A demo agent's message was blocked.");
        plan(story.blocked(intent));
        return 0;
      case "refused":
        // Not an alarm: an allowlist, an agent or a conversation may have been changed by a person.
        log.warn(
          { agent: intent.from.name, status: outcome.status, detail: outcome.detail },
          "A demo send failed.",
        );
        return 0;
      case "unauthorized":
        keys.delete(intent.from.id);
        log.warn(
          { agent: intent.from.name },
          "A demo agent's key is no longer valid; the agent falls silent.",
        );
        return 0;
      case "later": {
        if (planned.attempts < ATTEMPTS_MAX) queue.unshift(planned);
        failures += 1;
        const backoffMs = Math.min(BACKOFF_MIN_MS * 2 ** (failures - 1), BACKOFF_MAX_MS);
        log.info({ reason: outcome.reason, failures }, "The demo fleet backs off.");
        return Math.max(outcome.retryAfterMs, backoffMs * random.between(0.5, 1));
      }
    }
  }

  async function tell(): Promise<void> {
    let extraMs = 0;
    showcase.push(...story.showcase().map(toPlanned));
    while (!signal.aborted && keys.size > 0) {
      await pause(random.between(pace.minMs, pace.maxMs) + extraMs, signal);
      if (signal.aborted) return;
      extraMs = 0;
      const nowMs = Date.now();
      // Answers come first, yet not always, so that conversations overlap; `begin` bounds their number.
      if (queue.length === 0 || random.chance(BEGIN_CHANCE)) {
        const opening = story.begin(nowMs);
        if (opening !== undefined) plan([opening]);
      }
      const planned = takeReady(showcase, nowMs) ?? takeReady(queue, nowMs);
      if (planned !== undefined) extraMs = await perform(planned);
    }
  }

  /** The operator looks at the desk now and then. */
  async function attend(person: { email: string; password: string }): Promise<void> {
    const { act } = createPerson({ origin, webOrigin: options.webOrigin ?? origin, person });
    while (!signal.aborted) {
      await pause(DESK_EVERY_MS, signal);
      const move = signal.aborted ? undefined : desk?.next(Date.now());
      if (move === undefined) continue;
      const isDone = await act(move).catch(() => false);
      if (!isDone) log.debug({ intent: move.intent }, "The demo's operator was too late, or refused.");
    }
  }

  /** People's questions are answered at once; everything else takes its turn. */
  function take(agent: FleetMember, message: IncomingMessage): void {
    const cancelled = isFromPerson(message) ? cancelledQuestion(message) : undefined;
    if (cancelled !== undefined) answering.cancel(cancelled);
    else if (isFromPerson(message) && message.type === "data_request") answering.answer(agent, message);
    else plan(story.receive(agent, message, Date.now()));
  }

  const follow = (agent: FleetMember & { key: string }): Promise<void> =>
    followInbox({
      origin,
      key: agent.key,
      mailboxId: agent.id,
      signal,
      onMessage: (message) => take(agent, message),
      onTrouble: (reason) => log.info({ agent: agent.name, reason }, "A demo agent's inbox stream ended."),
    });

  const isPushed = ({ id }: FleetMember): boolean => options.pushed?.agentIds.has(id) ?? false;
  options.pushed?.receiver.onMessage((message) => {
    const agent = agents.find(({ id }) => id === message.recipientId);
    if (agent !== undefined && !signal.aborted) take(agent, message);
  });
  const followed = agents.filter((agent) => !isPushed(agent));
  const work = [
    tell(),
    reporting.run(),
    ...followed.map(follow),
    ...(options.operator ? [attend(options.operator)] : []),
    ...(options.trouble && options.retired
      ? [
          makeTrouble({
            ...{ origin, webOrigin: options.webOrigin ?? origin, agents, signal, log },
            ...{ stranger: options.retired.id, ...options.trouble },
          }),
        ]
      : []),
  ];
  const running = Promise.allSettled(work).then((results) => {
    for (const result of results)
      if (result.status === "rejected") log.error({ err: result.reason }, "The demo fleet has a fault.");
  });
  log.info({ agents: agents.length }, "The demo fleet is at work.");

  return {
    async stop() {
      ended.abort();
      await running;
      await answering.idle();
    },
  };
}
