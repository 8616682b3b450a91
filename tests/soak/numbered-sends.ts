import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

const acceptedSchema = z.object({ messageId: z.string() });
const batchSchema = z.object({
  results: z.array(z.object({ index: z.number(), outcome: z.string(), messageId: z.string().optional() })),
});
const pageSchema = z.object({
  messages: z.array(
    z.object({ id: z.string(), sequence: z.number(), payload: z.record(z.string(), z.unknown()) }),
  ),
  cursor: z.number(),
});

export interface NumberedSendsOptions {
  /** Where the service is now; it may come back elsewhere, or not answer for a while. */
  origin(): string;
  key: string;
  recipientId: string;
  from: number;
  count: number;
  concurrency: number;
  /** Messages in one call: more than one go as a batch. */
  perCall?: number;
  onAcknowledged(number: number, messageId: string): void | Promise<void>;
}

/**
 * Sends messages numbered from `from` on, `concurrency` calls at a time, each until it is acknowledged.
 * A try that got no answer is repeated with the same idempotency key, as a careful client does.
 */
export async function sendNumbered(options: NumberedSendsOptions): Promise<void> {
  const { perCall = 1 } = options;
  const send = perCall === 1 ? sendOne : sendSeveral;
  let next = options.from;
  const end = options.from + options.count;
  const work = async (): Promise<void> => {
    while (next < end) {
      let numbers = Array.from({ length: Math.min(perCall, end - next) }, (_, n) => next + n);
      next += numbers.length;
      while (numbers.length > 0) {
        const acknowledged = await send(options, numbers);
        for (const [number, messageId] of acknowledged) await options.onAcknowledged(number, messageId);
        numbers = numbers.filter((number) => !acknowledged.has(number));
        if (numbers.length > 0) await delay(50);
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
}

/** Message ids by number; none when there was no answer or a "later". Any other answer is a fault. */
type Acknowledged = Map<number, string>;

const numbered = (recipientId: string, number: number) => ({
  recipientId,
  type: "task_handoff",
  payload: { taskId: `numbered-${number}`, description: "Count me once.", priority: "low" },
});

async function sendOne(options: NumberedSendsOptions, [number = 0]: number[]): Promise<Acknowledged> {
  const answer = await post(options, "send", numbered(options.recipientId, number), {
    "idempotency-key": `numbered-${number}`,
  });
  if (answer === undefined || answer.status === 503) return new Map();
  if (answer.status === 201) return new Map([[number, acceptedSchema.parse(answer.body).messageId]]);
  throw new Error(`Send ${number} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

/** As a batch; those of it that the database failed may be tried again, like a whole one that was refused. */
async function sendSeveral(options: NumberedSendsOptions, numbers: number[]): Promise<Acknowledged> {
  const messages = numbers.map((number) => ({
    ...numbered(options.recipientId, number),
    idempotencyKey: `numbered-${number}`,
  }));
  const answer = await post(options, "batch", { messages }, {});
  if (answer === undefined || answer.status === 503) return new Map();
  if (answer.status !== 200)
    throw new Error(`A batch was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  const acknowledged: Acknowledged = new Map();
  for (const { index, outcome, messageId } of batchSchema.parse(answer.body).results) {
    const number = numbers[index];
    if (outcome === "accepted" && number !== undefined && messageId !== undefined)
      acknowledged.set(number, messageId);
    else if (outcome !== "failed")
      throw new Error(`Message ${number} of a batch became: ${JSON.stringify(answer.body)}`);
  }
  return acknowledged;
}

async function post(
  options: NumberedSendsOptions,
  path: string,
  body: object,
  headers: Record<string, string>,
): Promise<{ status: number; body: unknown } | undefined> {
  try {
    const response = await fetch(`${options.origin()}/api/messaging/${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${options.key}`,
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    return undefined;
  }
}

export interface NumberedMessage {
  number: number;
  id: string;
  sequence: number;
}

/** The whole inbox in order: every sequence, and the numbered messages among them. */
export async function readNumbered(
  origin: string,
  key: string,
  mailboxId: string,
): Promise<{ sequences: number[]; numbered: NumberedMessage[] }> {
  const sequences: number[] = [];
  const numbered: NumberedMessage[] = [];
  for (let after = 0; ; ) {
    const response = await fetch(`${origin}/api/messaging/inbox/${mailboxId}?after=${after}&limit=100`, {
      headers: { authorization: `Bearer ${key}` },
    });
    if (!response.ok) throw new Error(`The inbox answered ${response.status}: ${await response.text()}`);
    const page = pageSchema.parse(await response.json());
    if (page.messages.length === 0) return { sequences, numbered };
    for (const { id, sequence, payload } of page.messages) {
      sequences.push(sequence);
      const number = /^numbered-(\d+)$/.exec(String(payload.taskId))?.[1];
      if (number !== undefined) numbered.push({ number: Number(number), id, sequence });
    }
    after = page.cursor;
  }
}
