import {
  Activity,
  CheckCheck,
  ChevronDown,
  ChevronsUp,
  ChevronUp,
  CircleCheck,
  CircleSlash,
  CircleX,
  Clock,
  Database,
  Equal,
  FileQuestion,
  Forward,
  Hand,
  Hourglass,
  type LucideIcon,
  Mail,
  MailX,
  Send,
  Siren,
} from "lucide-react";
import type {
  DeliveryStatus,
  Handling,
  MessageType,
  MessageView,
  PayloadOf,
  Priority,
} from "#app/domain/messaging/schema.ts";
import type { Tone } from "../primitives/badge.tsx";

interface Word {
  label: string;
  icon: LucideIcon;
}

/** The words, marks and colours of messages. Typed by the domain's own names, so that none is missing. */
export const messageTypes: Record<MessageType, Word & { tone: Tone }> = {
  task_handoff: { label: "Task hand-off", icon: Forward, tone: "accent" },
  status_update: { label: "Status update", icon: Activity, tone: "info" },
  data_request: { label: "Data request", icon: FileQuestion, tone: "neutral" },
  data_response: { label: "Data response", icon: Database, tone: "neutral" },
  escalation: { label: "Escalation", icon: Siren, tone: "warn" },
};

export const deliveryStatuses: Record<DeliveryStatus, Word & { tone: Tone }> = {
  pending: { label: "Pending", icon: Hourglass, tone: "neutral" },
  sent: { label: "Sent", icon: Send, tone: "neutral" },
  delivered: { label: "Delivered", icon: CircleCheck, tone: "ok" },
  failed: { label: "Failed", icon: CircleX, tone: "bad" },
  expired: { label: "Expired", icon: Clock, tone: "warn" },
  blocked: { label: "Blocked", icon: CircleSlash, tone: "bad" },
};

/** What the recipient has done with it. */
export const handlings: Record<Handling, Word & { tone: Tone }> = {
  unread: { label: "Unread", icon: Mail, tone: "neutral" },
  leased: { label: "Leased", icon: Hand, tone: "info" },
  acked: { label: "Acked", icon: CheckCheck, tone: "ok" },
  dead: { label: "Dead", icon: MailX, tone: "bad" },
};

/** `marked` is what a message of that priority is marked with; the ordinary ones are not. */
export const priorities: Record<Priority, Word & { tone: Tone; marked?: string }> = {
  urgent: { label: "Urgent", marked: "Urgent", icon: ChevronsUp, tone: "bad" },
  high: { label: "High", marked: "High priority", icon: ChevronUp, tone: "warn" },
  normal: { label: "Normal", icon: Equal, tone: "neutral" },
  low: { label: "Low", icon: ChevronDown, tone: "neutral" },
};

type Severity = PayloadOf<"escalation">["severity"];
export const severities: Record<Severity, { label: string; tone: Tone }> = {
  low: { label: "Low", tone: "neutral" },
  medium: { label: "Medium", tone: "warn" },
  high: { label: "High", tone: "bad" },
  critical: { label: "Critical", tone: "bad" },
};

type TaskPriority = PayloadOf<"task_handoff">["priority"];
export const taskPriorities: Record<TaskPriority, { label: string; tone: Tone }> = {
  low: { label: "Low", tone: "neutral" },
  medium: { label: "Medium", tone: "neutral" },
  high: { label: "High", tone: "warn" },
};

export const blockReasons: Record<string, string> = {
  no_allowlist_edge: "The sender may not send to this recipient.",
  no_conversation: "The recipient is in no conversation with the sender.",
  agent_paused: "The sender was paused.",
  leases_used_up: "It was handed out five times and never acknowledged.",
};

/** The tone of a message as a whole: its type's, but an escalation's by how severe it is. */
export function toneOf(message: MessageView): Tone {
  return message.type === "escalation" && message.erasedAt === null
    ? severities[message.payload.severity].tone
    : messageTypes[message.type].tone;
}

/** What a message says in one line. */
export function summaryOf(message: MessageView): string {
  if (message.erasedAt !== null) return "Contents erased";
  switch (message.type) {
    case "task_handoff":
      return message.payload.description;
    case "status_update": {
      const { status, progress, detail } = message.payload;
      const head = progress === undefined ? status : `${status} (${Math.round(progress)} %)`;
      return detail === undefined ? head : `${head}: ${detail}`;
    }
    case "data_request":
      return message.payload.query;
    case "data_response":
      return brief(message.payload.data);
    case "escalation":
      return message.payload.reason;
  }
}

const briefLength = 160;

/** Data in a line: "3 rows: site, robots, picks", "open 4 · closed 11", or the text itself. */
function brief(data: unknown): string {
  if (typeof data !== "object" || data === null) return String(data).slice(0, briefLength);
  if (!Array.isArray(data)) return fields(data, ([name, value]) => `${name} ${compact(value)}`, " · ");
  const first: unknown = data[0];
  const rows = `${data.length} ${data.length === 1 ? "row" : "rows"}`;
  if (typeof first !== "object" || first === null)
    return data.length === 0 ? rows : `${rows}: ${compact(data)}`;
  return `${rows}: ${fields(first, ([name]) => name, ", ")}`;
}

const fields = (data: object, toText: (entry: [string, unknown]) => string, separator: string): string =>
  Object.entries(data).slice(0, 8).map(toText).join(separator).slice(0, briefLength);

const compact = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "").slice(0, briefLength);
