import { V7Generator } from "uuidv7";
import { decodeUuid, encodeUuid } from "./type-id-codec.ts";

/**
 * Ids are UUIDv7 in the database and TypeIDs (`agt_01h…`) everywhere else.
 * The prefix says what an id names, so that one cannot stand in for another.
 * https://github.com/jetify-com/typeid/tree/main/spec
 */
export const idPrefixes = [
  "ten",
  "usr",
  "mem",
  "dsk",
  "agt",
  "msg",
  "key",
  "ses",
  "evt",
  "hld",
  "ers",
  "lse",
  "inv",
  "rft",
  "ott",
  "vrf",
  "arc",
  "usg",
  "bgt",
  "rsv",
  "bil",
  "alr",
  "rul",
  "chn",
  "ntf",
  "sil",
] as const;
export type IdPrefix = (typeof idPrefixes)[number];
export type Id<P extends IdPrefix> = `${P}_${string}`;

export type TenantId = Id<"ten">;
export type UserId = Id<"usr">;
export type MembershipId = Id<"mem">;
export type DeskId = Id<"dsk">;
export type AgentId = Id<"agt">;
export type MessageId = Id<"msg">;
export type ApiKeyId = Id<"key">;
export type SessionId = Id<"ses">;
export type AuditEventId = Id<"evt">;
export type HoldId = Id<"hld">;
export type ErasureId = Id<"ers">;
export type LeaseId = Id<"lse">;
export type InvitationId = Id<"inv">;
export type RefreshTokenId = Id<"rft">;
export type OneTimeTokenId = Id<"ott">;
export type VerificationId = Id<"vrf">;
export type ArchiveId = Id<"arc">;
export type UsageEventId = Id<"usg">;
export type BudgetId = Id<"bgt">;
export type ReservationId = Id<"rsv">;
export type InvoiceId = Id<"bil">;
export type AlertId = Id<"alr">;
export type AlertRuleId = Id<"rul">;
export type AlertChannelId = Id<"chn">;
export type AlertDeliveryId = Id<"ntf">;
export type SilenceId = Id<"sil">;

/** Owns what belongs to no customer: sign-ins of unknown users, platform actions, worker alerts. */
export const SYSTEM_TENANT_UUID = "00000000-0000-7000-8000-000000000000";

/** Random numbers fetched by the thousand: the library's own eight at a time cost more than all the rest of an id. */
const random = new Uint32Array(1_024);
let randomsUsed = random.length;

const generator = new V7Generator({
  nextUint32() {
    if (randomsUsed === random.length) {
      crypto.getRandomValues(random);
      randomsUsed = 0;
    }
    return random[randomsUsed++] ?? 0;
  },
});

/** A new time-ordered UUID, monotonic within the process. */
export const newUuid = (): string => generator.generate().toString();

/** The lowest UUIDv7 of a millisecond: what was made since then is not below it, so a time is a range of ids. */
export function firstUuidOf(atMs: number): string {
  const hex = Math.max(0, Math.floor(atMs)).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** When a UUIDv7 was made, in milliseconds since 1970. */
export const madeAtMs = (uuid: string): number => Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16);

/** A new id of the given kind. */
export const newId = <P extends IdPrefix>(prefix: P): Id<P> => toTypeId(prefix, newUuid());

/** `toTypeId("agt", "0190…")` → `agt_01h…`. */
export function toTypeId<P extends IdPrefix>(prefix: P, uuid: string): Id<P> {
  return `${prefix}_${encodeUuid(uuid)}`;
}

/** The UUID inside an id that is known to be well formed; throws when it is not. */
export function toUuid(id: Id<IdPrefix>): string {
  return decodeUuid(id.slice(id.indexOf("_") + 1));
}

/** `id` when it is a well-formed id with one of these prefixes, else undefined. */
export function parseId<P extends IdPrefix>(value: unknown, ...prefixes: P[]): Id<P> | undefined {
  if (typeof value !== "string" || value.length > 40) return undefined;
  const prefix = prefixes.find((candidate) => value.startsWith(`${candidate}_`));
  if (prefix === undefined || !/^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(value.slice(prefix.length + 1)))
    return undefined;
  return value as Id<P>;
}

/**
 * What can be addressed. An agent's mailbox has the agent's id, a person's the membership's,
 * and the operators' desk its own, so the prefix of a mailbox id follows from its kind.
 */
export const mailboxKinds = ["agent", "member", "desk"] as const;
export type MailboxKind = (typeof mailboxKinds)[number];
export type MailboxId = AgentId | MembershipId | DeskId;

const mailboxPrefix = { agent: "agt", member: "mem", desk: "dsk" } as const satisfies Record<
  MailboxKind,
  IdPrefix
>;

/** The outside form of a mailbox's UUID. */
export const toMailboxId = (kind: MailboxKind, uuid: string): MailboxId =>
  toTypeId(mailboxPrefix[kind], uuid);

/** The kind that a mailbox id's prefix names. */
export function mailboxKindOf(id: MailboxId): MailboxKind {
  if (id.startsWith("agt_")) return "agent";
  return id.startsWith("mem_") ? "member" : "desk";
}

/** `SYSTEM_TENANT_UUID` as the id that TypeScript uses. */
export const SYSTEM_TENANT_ID: TenantId = toTypeId("ten", SYSTEM_TENANT_UUID);
