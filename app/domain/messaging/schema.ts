/**
 * The words of messaging at its boundary: what a sender says, what a reader asks and gets.
 * Client-safe: the browser imports it too.
 */
import { z } from "zod";
import { type MailboxId, type MailboxKind, type MessageId, parseId } from "#db/ids.ts";
import { isStorableText } from "./json-bounds.ts";
import { type MessageContent, type MessageType, messageTypes, payloadSchemas } from "./payload-schema.ts";

export {
  type AnswerUsage,
  answerUsageSchema,
  dataFormats,
  type MessageContent,
  type MessageType,
  maxPayloadBytes,
  maxPayloadDepth,
  messageTypes,
  type PayloadOf,
  payloadSchemas,
  severities,
  taskPriorities,
} from "./payload-schema.ts";

export const messageKinds = ["command", "event", "query", "response", "notification"] as const;
export type MessageKind = (typeof messageKinds)[number];

/** What a message of this type is to the audit trail. */
export const kindOfType: Record<MessageType, MessageKind> = {
  task_handoff: "command",
  status_update: "event",
  data_request: "query",
  data_response: "response",
  escalation: "notification",
};

/** Delivery: what became of a message on its way. */
export const deliveryStatuses = ["pending", "sent", "delivered", "failed", "expired", "blocked"] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** Handling: what the recipient has done with it. */
export const handlings = ["unread", "leased", "acked", "dead"] as const;
export type Handling = (typeof handlings)[number];

/** Most urgent first. Orders claims and pushes, never the sequence. */
export const priorities = ["urgent", "high", "normal", "low"] as const;
export type Priority = (typeof priorities)[number];

/** Why a message was kept but not delivered. */
export const blockReasons = ["no_allowlist_edge", "no_conversation", "agent_paused"] as const;
export type BlockReason = (typeof blockReasons)[number];

export const maxTtlSeconds = 30 * 24 * 3600;
export const maxPageLimit = 100;
export const maxConversationLimit = 500;

/** The tenant's operators' desk, for those who do not know its id. */
export const operatorsAlias = "operators";

export const mailboxIdSchema = z.custom<MailboxId>(
  (value) => parseId(value, "agt", "mem", "dsk") !== undefined,
  "Must be a mailbox id (agt_…, mem_… or dsk_…)",
);

export const messageIdSchema = z.custom<MessageId>(
  (value) => parseId(value, "msg") !== undefined,
  "Must be a message id (msg_…)",
);

const recipientSchema = z.custom<MailboxId | typeof operatorsAlias>(
  (value) => value === operatorsAlias || parseId(value, "agt", "mem", "dsk") !== undefined,
  `Must be a mailbox id (agt_…, mem_… or dsk_…) or "${operatorsAlias}"`,
);

/**
 * One line of visible text, chosen by the client. Not `.` or `..`: in an address they mean another
 * folder, also percent-encoded, so that the conversation could not be opened.
 */
export const correlationIdSchema = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => isStorableText(text) && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text), {
    error: "Must be printable text on one line",
  })
  .refine((text) => text !== "." && text !== "..", {
    error: "Must not be . or .., which no address can hold",
  });

/** The `Idempotency-Key` header: visible ASCII. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, "Must be 1 to 200 visible ASCII characters");

const envelope = {
  /** Defaults to the actor's own mailbox; may not be another. */
  senderId: mailboxIdSchema.optional(),
  recipientId: recipientSchema,
  correlationId: correlationIdSchema.optional(),
  replyTo: messageIdSchema.optional(),
  priority: z.enum(priorities).default("normal"),
  ttlSeconds: z.int().min(1).max(maxTtlSeconds).optional(),
};

const sendOf = <T extends MessageType>(type: T) =>
  z.strictObject({ ...envelope, type: z.literal(type), payload: payloadSchemas[type] });

export const sendMessageSchema = z.discriminatedUnion("type", [
  sendOf("task_handoff"),
  sendOf("status_update"),
  sendOf("data_request"),
  sendOf("data_response"),
  sendOf("escalation"),
]);
/** A send within a batch, with the key that a single one carries in its header. */
const batchItemOf = <T extends MessageType>(type: T) =>
  sendOf(type).extend({ idempotencyKey: idempotencyKeySchema.optional() });

export const batchItemSchema = z.discriminatedUnion("type", [
  batchItemOf("task_handoff"),
  batchItemOf("status_update"),
  batchItemOf("data_request"),
  batchItemOf("data_response"),
  batchItemOf("escalation"),
]);

/** A send as its route hands it on. */
export type SendMessage = z.infer<typeof sendMessageSchema>;
/** A send as a client writes it. */
export type SendMessageInput = z.input<typeof sendMessageSchema>;

export interface SendResult {
  messageId: MessageId;
  status: "pending" | "sent" | "delivered";
  deliveredAt: string | null;
  sequence: number;
  correlationId: string;
}

/** A number as a URL has it. */
const queryInteger = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, "Must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max));

export const inboxQuerySchema = z
  .strictObject({
    /** Newest first, from 1. */
    page: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
    limit: queryInteger(1, maxPageLimit).default(20),
    /** What follows this sequence, oldest first, without what has expired. */
    after: queryInteger(0, Number.MAX_SAFE_INTEGER).optional(),
    /** What precedes this sequence, newest first. */
    before: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
    type: z.enum(messageTypes).optional(),
    status: z.enum(deliveryStatuses).optional(),
    from: mailboxIdSchema.optional(),
  })
  .refine((query) => query.page === undefined || query.after === undefined, {
    path: ["after"],
    error: "Goes without page",
  })
  .refine((query) => query.before === undefined || (query.page ?? query.after) === undefined, {
    path: ["before"],
    error: "Goes without page and after",
  });
export type InboxQuery = z.infer<typeof inboxQuerySchema>;

/** A sequence as a form has it. */
export const seenThroughSchema = queryInteger(1, Number.MAX_SAFE_INTEGER);

export const conversationQuerySchema = z
  .strictObject({
    limit: queryInteger(1, maxConversationLimit).default(200),
    /** What follows this message. */
    after: messageIdSchema.optional(),
    /** What leads up to this message: the last ones before it. */
    before: messageIdSchema.optional(),
  })
  .refine((query) => query.after === undefined || query.before === undefined, {
    path: ["before"],
    error: "Goes without after",
  });
export type ConversationQuery = z.infer<typeof conversationQuerySchema>;

/** Who sends or receives, as shown. */
export interface Party {
  id: MailboxId;
  kind: MailboxKind;
  name: string;
}

/** A message with what became of it. Times are ISO 8601 in UTC. */
export type MessageView = MessageContent & {
  id: MessageId;
  /** Its place in the recipient's mailbox; null when it was blocked. */
  sequence: number | null;
  sender: Party;
  recipient: Party;
  senderId: MailboxId;
  recipientId: MailboxId;
  kind: MessageKind;
  priority: Priority;
  correlationId: string;
  replyTo: MessageId | null;
  status: DeliveryStatus;
  handling: Handling;
  /** Why it was blocked or failed. */
  reason: string | null;
  createdAt: string;
  deliveredAt: string | null;
  expiresAt: string | null;
  /** When its contents were erased on request: its payload is empty then, whatever its type says. */
  erasedAt: string | null;
};

export interface InboxPage {
  messages: MessageView[];
  pagination: {
    /** Without filters exact at any size; with filters counted to 1,000. */
    total: number;
    totalIsExact: boolean;
    page: number;
    limit: number;
  };
  /** The last sequence that this answer covers: read or stream on from it. */
  cursor: number;
}

export interface ConversationPage {
  messages: MessageView[];
  participants: Party[];
  /** Pass as `after` for what follows (read with `before`: as `before` for what leads up); null at the end. */
  cursor: MessageId | null;
}

/** A conversation as its page opens it. */
export interface Thread {
  /** The first message, which says what it is about. */
  opening: MessageView;
  /** A part of it, in the order of sending. */
  messages: MessageView[];
  /** Whether messages come before and after that part. */
  hasEarlier: boolean;
  hasLater: boolean;
  participants: Party[];
  /** Messages in all, counted up to 1,000. */
  count: number;
  countIsExact: boolean;
}
