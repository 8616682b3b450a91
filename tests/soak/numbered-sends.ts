import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

const acceptedSchema = z.object({ messageId: z.string() });
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
  onAcknowledged(number: number, messageId: string): void | Promise<void>;
}

/**
 * Sends messages numbered from `from` on, `concurrency` at a time, each until it is acknowledged.
 * A try that got no answer is repeated with the same idempotency key, as a careful client does.
 */
export async function sendNumbered(options: NumberedSendsOptions): Promise<void> {
  let next = options.from;
  const end = options.from + options.count;
  const work = async (): Promise<void> => {
    while (next < end) {
      const number = next++;
      for (;;) {
        const messageId = await sendOne(options, number);
        if (messageId !== undefined) {
          await options.onAcknowledged(number, messageId);
          break;
        }
        await delay(50);
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
}

/** The message's id, or undefined when there was no answer or a "later". Any other answer is a fault. */
async function sendOne(options: NumberedSendsOptions, number: number): Promise<string | undefined> {
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`${options.origin()}/api/messaging/send`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${options.key}`,
        "content-type": "application/json",
        "idempotency-key": `numbered-${number}`,
      },
      body: JSON.stringify({
        recipientId: options.recipientId,
        type: "task_handoff",
        payload: { taskId: `numbered-${number}`, description: "Count me once.", priority: "low" },
      }),
      signal: AbortSignal.timeout(10_000),
    });
    body = await response.json();
  } catch {
    return undefined;
  }
  if (response.status === 201) return acceptedSchema.parse(body).messageId;
  if (response.status === 503) return undefined;
  throw new Error(`Send ${number} was answered ${response.status}: ${JSON.stringify(body)}`);
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
