import type { Wake } from "#app/domain/messaging/prepared-send.ts";
import {
  type DeliveryStatus,
  deliveryStatuses,
  type Handling,
  handlings,
} from "#app/domain/messaging/schema.ts";
import type { Hint } from "./hint.server.ts";

/** A message's delivery or handling has changed since it was committed. */
export interface DeliveryChange {
  tenantUuid: string;
  mailboxUuid: string;
  messageUuid: string;
  sequence: number | null;
  status: DeliveryStatus;
  handling: Handling;
}

/** PostgreSQL refuses a payload of 8,000 bytes. */
const maxPayloadBytes = 7_500;

export interface BusItems {
  wakes?: Iterable<Wake>;
  changes?: Iterable<DeliveryChange>;
  hints?: Iterable<Hint>;
  /** Tenants whose alerts have changed. */
  alerts?: Iterable<string>;
  isActive?: boolean;
}

/*
 * A payload is lines: the origin and since when its oldest item waits (ms since 1970), then one item a line.
 *   w <tenant> <mailbox> <sequence>
 *   d <tenant> <mailbox> <message> <sequence or -> <status> <handling>
 *   h <tenant> <conversation>,<conversation>…
 *   l <tenant>,<tenant>…
 *   a
 *   gap
 */
export const headOf = (origin: string, sinceMs = Date.now()): string => `${origin} ${sinceMs}`;

export function encodePayloads(
  head: string,
  { wakes = [], changes = [], hints = [], alerts = [], isActive = false }: BusItems,
): string[] {
  const payloads: string[] = [];
  let payload = head;
  const add = (line: string): void => {
    if (payload.length + 1 + line.length > maxPayloadBytes) {
      payloads.push(payload);
      payload = head;
    }
    payload += `\n${line}`;
  };
  for (const wake of wakes) add(`w ${wake.tenantUuid} ${wake.mailboxUuid} ${wake.sequence}`);
  for (const change of changes) {
    const { tenantUuid, mailboxUuid, messageUuid, sequence, status, handling } = change;
    add(`d ${tenantUuid} ${mailboxUuid} ${messageUuid} ${sequence ?? "-"} ${status} ${handling}`);
  }
  for (const [tenantUuid, conversations] of byTenant(hints))
    for (let i = 0; i < conversations.length; i += namesPerLine)
      add(`h ${tenantUuid} ${conversations.slice(i, i + namesPerLine).join(",")}`);
  const tenantUuids = [...alerts];
  for (let i = 0; i < tenantUuids.length; i += namesPerLine)
    add(`l ${tenantUuids.slice(i, i + namesPerLine).join(",")}`);
  if (isActive) add("a");
  payloads.push(payload);
  return payloads;
}

const namesPerLine = 100;

function byTenant(hints: Iterable<Hint>): Map<string, string[]> {
  const tenants = new Map<string, string[]>();
  for (const { tenantUuid, conversation } of hints) {
    const conversations = tenants.get(tenantUuid);
    if (conversations === undefined) tenants.set(tenantUuid, [conversation]);
    else conversations.push(conversation);
  }
  return tenants;
}

export interface Received {
  origin: string;
  /** Undefined from a server of the version before. */
  sinceMs: number | undefined;
  wakes: Wake[];
  changes: DeliveryChange[];
  hints: Hint[];
  alerts: string[];
  isActive: boolean;
  isGap: boolean;
}

/** What a payload says. A line that this version does not know counts as a gap: something happened. */
export function decodePayload(payload: string): Received {
  const [head = "", ...lines] = payload.split("\n");
  const [origin = "", since] = head.split(" ");
  const sinceMs = since !== undefined && /^\d{1,15}$/.test(since) ? Number(since) : undefined;
  const received: Received = {
    origin,
    sinceMs,
    wakes: [],
    changes: [],
    hints: [],
    alerts: [],
    isActive: false,
    isGap: false,
  };
  for (const line of lines) {
    const fields = line.split(" ");
    const wake = readWake(fields);
    const change = readChange(fields);
    const hints = readHints(fields);
    const alerts = readAlerts(fields);
    if (line === "a") received.isActive = true;
    else if (wake !== undefined) received.wakes.push(wake);
    else if (change !== undefined) received.changes.push(change);
    else if (hints !== undefined) received.hints.push(...hints);
    else if (alerts !== undefined) received.alerts.push(...alerts);
    else received.isGap = true;
  }
  return received;
}

function readWake([kind, tenantUuid, mailboxUuid, sequence]: string[]): Wake | undefined {
  if (kind !== "w" || tenantUuid === undefined || mailboxUuid === undefined) return undefined;
  return { tenantUuid, mailboxUuid, sequence: Number(sequence) };
}

function readHints([kind, tenantUuid, conversations]: string[]): Hint[] | undefined {
  if (kind !== "h" || tenantUuid === undefined || conversations === undefined) return undefined;
  return conversations.split(",").map((conversation) => ({ tenantUuid, conversation }));
}

const readAlerts = ([kind, tenantUuids]: string[]): string[] | undefined =>
  kind === "l" ? tenantUuids?.split(",") : undefined;

function readChange([kind, ...fields]: string[]): DeliveryChange | undefined {
  const [tenantUuid, mailboxUuid, messageUuid, sequence, statusText, handlingText] = fields;
  const status = deliveryStatuses.find((known) => known === statusText);
  const handling = handlings.find((known) => known === handlingText);
  if (kind !== "d" || tenantUuid === undefined || mailboxUuid === undefined || messageUuid === undefined)
    return undefined;
  if (status === undefined || handling === undefined) return undefined;
  return {
    tenantUuid,
    mailboxUuid,
    messageUuid,
    sequence: sequence === "-" ? null : Number(sequence),
    status,
    handling,
  };
}
