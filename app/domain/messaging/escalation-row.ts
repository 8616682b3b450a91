import { type MailboxKind, toTypeId } from "#db/ids.ts";
import {
  type EscalationState,
  type EscalationView,
  type Person,
  severitiesByRank,
} from "./escalation-schema.ts";
import {
  hasExpired,
  isoTime,
  type MessageRow,
  messageColumns,
  partyName,
  toMessageView,
} from "./message-row.ts";

/** An escalation as the statements below give it. */
export type EscalationRow = MessageRow & {
  severity_rank: number;
  state: EscalationState;
  is_expired: boolean;
  holder_id: string | null;
  holder_name: string;
  taken_at: string | null;
  resolver_id: string | null;
  resolver_name: string;
  resolved_at: string | null;
  resolution: string | null;
};

const member: MailboxKind = "member";
const nameOf = (column: string): string => partyName("escalation.tenant_id", `'${member}'`, column);

/** SQL: the columns of an `EscalationRow`, from `escalationsWithMessage`. */
export const escalationColumns = `
  ${messageColumns},
  escalation.severity_rank, escalation.state, ${hasExpired} as is_expired,
  escalation.holder_id, ${nameOf("escalation.holder_id")} as holder_name,
  ${isoTime("escalation.taken_at")} as taken_at,
  escalation.resolved_by as resolver_id, ${nameOf("escalation.resolved_by")} as resolver_name,
  ${isoTime("escalation.resolved_at")} as resolved_at,
  escalation.resolution`;

/** SQL: what is at the desk, with its message and what became of it. */
export const escalationsWithMessage = `
  escalations escalation
  join messages message on message.tenant_id = escalation.tenant_id and message.id = escalation.message_id
  join deliveries delivery
    on delivery.tenant_id = escalation.tenant_id and delivery.message_id = escalation.message_id`;

/** SQL: nobody has taken it in time. Who has it may still finish it. */
export const isMissed = `(escalation.state = 'open' and ${hasExpired})`;

/** SQL, in the words of the partial index: it is not resolved. */
export const isUnresolved = `escalation.state in ('open', 'taken')`;

const personOf = (id: string | null, name: string): Person | null =>
  id === null ? null : { id: toTypeId("mem", id), name };

/** A stored escalation as people get it. */
export function toEscalationView(row: EscalationRow): EscalationView {
  const {
    severity_rank,
    state,
    is_expired,
    holder_id,
    holder_name,
    taken_at,
    resolver_id,
    resolver_name,
    resolved_at,
    resolution,
    ...message
  } = row;
  const severity = severitiesByRank[severity_rank];
  if (severity === undefined) throw new Error(`no severity has the rank ${severity_rank}`);
  return {
    message: toMessageView(message),
    severity,
    state,
    isExpired: is_expired,
    holder: personOf(holder_id, holder_name),
    takenAt: taken_at,
    resolvedBy: personOf(resolver_id, resolver_name),
    resolvedAt: resolved_at,
    resolution,
  };
}
