/** The trail of messages at the API's boundary. Client-safe. */
import { z } from "zod";
import type { AuditStatus } from "#app/domain/audit/audit-event.ts";
import type { MessageId } from "#db/ids.ts";
import { formTimeSchema, zonedTimeSchema } from "../zoned-time.ts";
import { isStorableText } from "./json-bounds.ts";
import { listedStatuses, messageWindows } from "./message-list-schema.ts";
import {
  correlationIdSchema,
  handlings,
  type MessageView,
  mailboxIdSchema,
  maxPageLimit,
  messageIdSchema,
  messageKinds,
  messageTypes,
  priorities,
} from "./schema.ts";

/** Words to look for in payloads. */
export const searchedTextSchema = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine(isStorableText, { error: "Must be text" });

/** Each filter by its name in a URL. */
export const messageFilterFields = {
  status: z.enum(listedStatuses),
  handling: z.enum(handlings),
  type: z.enum(messageTypes),
  kind: z.enum(messageKinds),
  priority: z.enum(priorities),
  from: mailboxIdSchema,
  to: mailboxIdSchema,
  either: mailboxIdSchema,
  correlationId: correlationIdSchema,
  text: searchedTextSchema,
  window: z.enum(messageWindows),
  since: formTimeSchema,
  until: formTimeSchema,
};

export const trailOrders = ["desc", "asc"] as const;

const { window: _, ...apiFilters } = messageFilterFields;

export const trailQuerySchema = z
  .strictObject({
    ...z.object({ ...apiFilters, since: zonedTimeSchema, until: zonedTimeSchema }).partial().shape,
    limit: z
      .string()
      .regex(/^\d{1,16}$/, "Must be a whole number")
      .transform(Number)
      .pipe(z.number().min(1).max(maxPageLimit))
      .default(50),
    /** `desc`: newest first; `asc`: oldest first. */
    order: z.enum(trailOrders).default("desc"),
    /** The `cursor` of the page before; the id of a message is one too. */
    cursor: messageIdSchema.optional(),
  })
  .refine(({ since, until }) => isOrdered(since, until), { path: ["until"], error: "Is not after since" });
export type TrailQuery = z.infer<typeof trailQuerySchema>;

/** Whether a span of time has room for a message. */
const isOrdered = (since: string | undefined, until: string | undefined): boolean =>
  since === undefined || until === undefined || Date.parse(since) < Date.parse(until);

export interface TrailPage {
  messages: MessageView[];
  /** Pass as `cursor` for what follows; null at the end. */
  cursor: MessageId | null;
  /** How far a search came that stopped before it had filled the page; `cursor` goes on from there. */
  searchedTo: string | null;
}

/** One try to post a message to its recipient's endpoint. */
export interface AttemptView {
  /** From 1; begins anew when the message is replayed. */
  attempt: number;
  startedAt: string;
  durationMs: number;
  outcome: "delivered" | "failed";
  statusCode: number | null;
  /** Where to, without what may be secret in an address; null for those whom it does not concern. */
  url: string | null;
  /** Why there was no answer, or why it counts as none. */
  error: string | null;
  /** The beginning of what was answered. */
  responseBody: string | null;
}

/** Something that happened to a message, as the audit trail has it. */
export interface MessageEventView {
  id: string;
  at: string;
  action: string;
  status: AuditStatus;
  actor: { kind: string; id: string | null; name: string | null };
  details: Record<string, unknown>;
}

export interface MessageHistory {
  /** Newest first, up to 50. */
  attempts: AttemptView[];
  /** In the order in which they happened, up to 100. */
  events: MessageEventView[];
}
