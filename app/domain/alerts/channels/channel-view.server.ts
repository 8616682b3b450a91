import { isoTime } from "#app/domain/iso-time.ts";
import type { Sql } from "#db/database.ts";
import { type AlertChannelId, toTypeId, toUuid } from "#db/ids.ts";
import type { RuleKind, Severity } from "../rule-kinds.ts";
import type { ChannelKind, ChannelStatus, ChannelView } from "./channel-schema.ts";

interface ChannelRow {
  id: string;
  kind: ChannelKind;
  name: string;
  min_severity: Severity;
  rule_kinds: RuleKind[] | null;
  tells_end: boolean;
  url: string | null;
  addresses: string[];
  to_admins: boolean;
  hint: string | null;
  status: ChannelStatus;
  disabled_reason: ChannelView["disabledReason"];
  failing_since: string | null;
  last_error: string | null;
  last_success_at: string | null;
  next_attempt_at: string | null;
  created_at: string;
  updated_at: string;
}

const time = (column: string) => `${isoTime(column)} as ${column}`;
const columns = `
  id, kind, name, min_severity, rule_kinds, tells_end, url, addresses, to_admins, hint, status, disabled_reason,
  last_error, case when next_attempt_at > now() then ${isoTime("next_attempt_at")} end as next_attempt_at,
  ${["failing_since", "last_success_at", "created_at", "updated_at"].map(time).join(", ")}`;

/** A tenant's channels as people see them, never their secrets, by name. */
export async function findChannels(sql: Sql, tenantUuid: string): Promise<ChannelView[]> {
  const rows = await sql<ChannelRow[]>`
    select ${sql.unsafe(columns)} from alert_channels
    where tenant_id = ${tenantUuid} and removed_at is null
    order by lower(name), id
  `;
  return rows.map(toChannelView);
}

/** Undefined when there is none, or not any more. */
export async function findChannel(
  sql: Sql,
  tenantUuid: string,
  channelId: AlertChannelId,
): Promise<ChannelView | undefined> {
  const [row] = await sql<ChannelRow[]>`
    select ${sql.unsafe(columns)} from alert_channels
    where tenant_id = ${tenantUuid} and id = ${toUuid(channelId)} and removed_at is null
  `;
  return row && toChannelView(row);
}

const toChannelView = (row: ChannelRow): ChannelView => ({
  id: toTypeId("chn", row.id),
  kind: row.kind,
  name: row.name,
  minSeverity: row.min_severity,
  ruleKinds: row.rule_kinds,
  tellsEnd: row.tells_end,
  url: row.url,
  addresses: row.addresses,
  toAdmins: row.to_admins,
  hint: row.hint,
  status: row.status,
  disabledReason: row.disabled_reason,
  failingSince: row.failing_since,
  lastError: row.last_error,
  lastSuccessAt: row.last_success_at,
  nextAttemptAt: row.next_attempt_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
