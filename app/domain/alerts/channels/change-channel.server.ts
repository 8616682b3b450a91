import type { AnyAuditEvent, AuditEvent } from "#app/domain/audit/audit-event.ts";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { AppError, notFound } from "#app/domain/errors.ts";
import type { Sql } from "#db/database.ts";
import { type AlertChannelId, type TenantId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../../auth/actor.ts";
import { requireAlertReach } from "../alert-reach.server.ts";
import type { ChannelKind, ChannelStatus, ChannelView } from "./channel-schema.ts";
import { findChannel } from "./channel-view.server.ts";
import type { ChannelKey } from "./wake-channel.server.ts";

/** Who asks, and of whose channels: their own tenant's, or (those who administer the service) another's. */
export interface ChannelReach {
  actor: Actor;
  tenantId?: TenantId | undefined;
}

/** A change of one channel. */
export interface ChannelChange extends ChannelReach {
  channelId: AlertChannelId;
  request: RequestInfo | null;
}

/** A channel that is being changed; its row is locked. */
export interface LockedChannel extends ChannelKey {
  tenantId: TenantId;
  kind: ChannelKind;
  name: string;
  status: ChannelStatus;
}

/** The tenant whose channels are changed. @throws AppError forbidden. */
export const tenantOfChange = ({ actor, tenantId }: ChannelReach): TenantId =>
  requireAlertReach(actor, tenantId, "alerts:write");

/** @throws AppError not_found. */
export async function lockChannel(sql: Sql, change: ChannelChange): Promise<LockedChannel> {
  const tenantId = tenantOfChange(change);
  const key = { tenantUuid: toUuid(tenantId), channelUuid: toUuid(change.channelId) };
  const [row] = await sql<Pick<LockedChannel, "kind" | "name" | "status">[]>`
    select kind, name, status from alert_channels
    where tenant_id = ${key.tenantUuid} and id = ${key.channelUuid} and removed_at is null
    for no key update
  `;
  if (row === undefined) throw notFound("alert channel");
  return { ...key, ...row, tenantId };
}

/** The channel as it is after a change. */
export async function changedChannel(
  sql: Sql,
  { tenantUuid }: ChannelKey,
  channelId: AlertChannelId,
): Promise<ChannelView> {
  const view = await findChannel(sql, tenantUuid, channelId);
  if (view === undefined) throw new Error("the channel is not there");
  return view;
}

/** What every event about a channel has. */
export const aboutChannel = (
  { actor, channelId, request }: ChannelChange,
  { tenantId, name }: Pick<LockedChannel, "tenantId" | "name">,
): Omit<AuditEvent, "action" | "details"> => ({
  tenantId,
  actor,
  resource: { id: channelId, name },
  request,
});

export const recordChannelEvent = (sql: Sql, ...events: AnyAuditEvent[]): Promise<void> =>
  insertAuditEvents(sql, events);

const uniqueViolation = "23505";

/** @throws AppError conflict in the place of the database's error. */
export function nameTaken(error: unknown): never {
  const isTaken =
    typeof error === "object" && error !== null && "code" in error && error.code === uniqueViolation;
  throw isTaken ? new AppError("conflict", "Another channel has this name.") : error;
}
