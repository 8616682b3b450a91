/** A batch of sends at its boundary. Client-safe. */
import { z } from "zod";
import type { FieldError } from "#app/domain/errors.ts";
import type { MessageId } from "#db/ids.ts";
import type { SendResult } from "./schema.ts";

export const maxBatchMessages = 500;
/** Of the body; each payload has its own bound besides. */
export const maxBatchBytes = 4 * 1024 * 1024;

/** The body. Its items are judged one by one (`batchItemSchema`): a bad one is an outcome, not a 400. */
export const sendBatchSchema = z.strictObject({
  messages: z.array(z.unknown()).min(1).max(maxBatchMessages),
});

/** What became of one message of a batch. */
export type BatchItemOutcome =
  | ({ outcome: "accepted" } & SendResult)
  | { outcome: "blocked"; messageId: MessageId; code: string; detail: string }
  | { outcome: "rejected"; code: string; detail: string; errors?: FieldError[] }
  /** The database's or the server's fault: the same again may pass. */
  | { outcome: "failed"; code: string; detail: string };

export interface BatchAnswer {
  /** One a message, in the order of the request; `index` is its place there. */
  results: ({ index: number } & BatchItemOutcome)[];
  accepted: number;
  blocked: number;
  rejected: number;
  failed: number;
}
