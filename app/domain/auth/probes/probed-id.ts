import { type Id, parseId } from "#db/ids.ts";

/** Ids that the server issues and answers by, and what the record calls the thing that each names. */
export const probedKinds = {
  agt: "agent",
  msg: "message",
  key: "api_key",
  mem: "membership",
  dsk: "mailbox",
  ses: "session",
  inv: "invitation",
  hld: "hold",
  ers: "erasure",
  usr: "user",
  ten: "tenant",
  bgt: "budget",
  rsv: "reservation",
  chn: "alert_channel",
  ntf: "alert_delivery",
} as const;
export type ProbedPrefix = keyof typeof probedKinds;
export type ProbedKind = (typeof probedKinds)[ProbedPrefix];
export type ProbedId = Id<ProbedPrefix>;

const prefixes = Object.keys(probedKinds) as ProbedPrefix[];

/** `value` when it is an id that could belong to another tenant. */
export const parseProbedId = (value: unknown): ProbedId | undefined => parseId(value, ...prefixes);

export const prefixOf = (id: ProbedId): ProbedPrefix => id.slice(0, id.indexOf("_")) as ProbedPrefix;
