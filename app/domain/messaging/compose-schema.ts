/** What a form for a message is made of. Client-safe, and apart from `compose-form.ts`, so that no parser comes along. */
import type { AgentId } from "#db/ids.ts";
import type { AgentStatus } from "./agent-schema.ts";
import type { MessageType } from "./schema.ts";

/** How long a message may wait to be handled, as the form offers it; the value is in seconds. */
export const ttlChoices = [
  { seconds: "", label: "As long as it takes" },
  { seconds: "900", label: "15 minutes" },
  { seconds: "3600", label: "1 hour" },
  { seconds: "86400", label: "1 day" },
  { seconds: "604800", label: "7 days" },
] as const;

/** The fields of each type, in the order of the form; the first is what the message says. */
export const fieldsOfType = {
  task_handoff: ["description", "taskId", "taskPriority", "dueDate", "context"],
  status_update: ["status", "detail", "progress", "taskId"],
  data_request: ["query", "dataSource", "format"],
  data_response: ["data", "format", "requestId"],
  escalation: ["reason", "severity", "taskId", "context"],
} as const satisfies Record<MessageType, readonly string[]>;

/** What a reply box says in its one field. */
export const replyTypes = ["status_update", "data_response", "data_request"] as const;
export type ReplyType = (typeof replyTypes)[number];

/** An agent that a person may write to. */
export interface RecipientChoice {
  id: AgentId;
  name: string;
  status: AgentStatus;
}

export interface Recipients {
  /** In order of name. */
  agents: RecipientChoice[];
  /** There are more agents; they are named by their id. */
  hasMore: boolean;
}
