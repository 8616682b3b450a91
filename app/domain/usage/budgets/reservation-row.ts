import { toTypeId } from "#db/ids.ts";
import { isoTime } from "../../messaging/message-row.ts";
import type { ReservationStatus, ReservationView } from "./schema.ts";

/** A reservation as the database gives it. Amounts are text: 64 bits wide. */
export interface ReservationRow {
  id: string;
  agent_id: string;
  period: string;
  status: ReservationStatus;
  amount_micros: string;
  settled_micros: string | null;
  run_id: string | null;
  expires_at: string;
  ended_at: string | null;
}

/** SQL: the columns of a `ReservationRow`. */
export const reservationColumns = (table: string): string => `
  ${table}.id, ${table}.agent_id, to_char(${table}.period, 'YYYY-MM-DD') as period, ${table}.status,
  ${table}.amount_micros, ${table}.settled_micros, ${table}.run_id,
  ${isoTime(`${table}.expires_at`)} as expires_at, ${isoTime(`${table}.ended_at`)} as ended_at`;

export const toReservationView = (row: ReservationRow): ReservationView => ({
  id: toTypeId("rsv", row.id),
  agentId: toTypeId("agt", row.agent_id),
  status: row.status,
  amountMicros: Number(row.amount_micros),
  costMicros: Number(row.settled_micros ?? 0),
  runId: row.run_id,
  expiresAt: row.expires_at,
  endedAt: row.ended_at,
});

/** What it still holds: its amount without what its usage events have cost. */
export const heldBy = ({ amount_micros, settled_micros }: ReservationRow): number =>
  Math.max(0, Number(amount_micros) - Number(settled_micros ?? 0));
