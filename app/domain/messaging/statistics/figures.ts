import type { MailboxKind } from "#db/ids.ts";
import type { MessageType } from "../schema.ts";
import type { Latencies } from "./delivery-time.ts";
import type { Counts } from "./schema.ts";

/** What is read of the roll-ups, of a tenant or of one agent, before it is put together. */
export interface Figures {
  /** By the time that a point of the series begins; times without traffic are missing. */
  points: Map<number, Counts>;
  byType: Map<MessageType, Counts> | null;
  latencies: Latencies | null;
  current: Counts;
  before: Counts;
  /** Those who sent most, then those who were sent most. */
  parties: RankedParty[];
}

export interface RankedParty {
  /** What the party did. */
  direction: "sent" | "received";
  kind: MailboxKind;
  uuid: string;
  name: string;
  counts: Counts;
}

export const shownParties = 10;
