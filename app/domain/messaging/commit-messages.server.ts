import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { AppError } from "#app/domain/errors.ts";
import type { Sql } from "#db/database.ts";
import { madeAtMs, toTypeId } from "#db/ids.ts";
import { auditOf } from "./audit-of-send.ts";
import { toCommittedView } from "./committed-view.ts";
import { type Decision, decideSend, isLimited, statusAtFirst } from "./decide-send.ts";
import {
  claimKeys,
  type FirstResult,
  hasKey,
  type KeyedSend,
  keyScope,
  readFirstResults,
  releaseKeys,
} from "./idempotency.server.ts";
import { insertAsks } from "./insert-asks.server.ts";
import type { ConversationChange, PreparedSend, SendOutcome, Wake } from "./prepared-send.ts";
import { enqueuePushes, type PushMailbox } from "./push/wake-push.server.ts";
import { recordTraffic, type TrafficChange } from "./record-traffic.server.ts";
import { type Resolution, resolveSends } from "./resolve-sends.server.ts";
import { findTooSoon, quotaLimited } from "./send-allowances.server.ts";
import { type StoredSend, writeMessages } from "./write-messages.server.ts";

export interface CommittedBatch {
  /** One a send, in the order of the batch. */
  outcomes: SendOutcome[];
  /** One a mailbox that got messages. */
  wakes: Wake[];
  /** One a conversation in which something was stored, blocked messages included. */
  conversations: ConversationChange[];
  /** A message of this transaction, by which it can be found; undefined when it stored none. */
  witness: { tenantUuid: string; messageUuid: string } | undefined;
}

/**
 * Sends a batch on one transaction, set-based, in three round trips whatever its size:
 * lock and read (mailboxes, then keys), decide here, write.
 *
 * Lock order: mailboxes by id, then keys, then allowances of limited senders; within the transaction no
 * mailbox is locked after a key.
 * Sequences are given out here, which is safe because the mailboxes stay locked until the commit.
 * `commitBehind` is called when the last statements are on their way.
 */
export async function commitMessages(
  sql: Sql,
  batch: readonly PreparedSend[],
  commitBehind: () => void = () => {},
): Promise<CommittedBatch> {
  const { leaders, followers } = groupByKey(batch);
  const keyed = leaders.filter(hasKey);

  // Sent together: the second does not wait for the answer to the first, only behind it.
  const [resolutions, claimed] = await Promise.all([resolveSends(sql, leaders), claimKeys(sql, keyed)]);
  const repeated = keyed.filter((send) => !claimed.has(send.messageUuid));
  const firstResults = await readFirstResults(sql, repeated);

  const outcomes = new Map<PreparedSend, SendOutcome>();
  for (const [n, send] of repeated.entries()) outcomes.set(send, repeatOutcome(send, firstResults[n]));

  const decided = decideAll(leaders, resolutions, outcomes);
  // Of usual senders there is nothing to ask.
  const limited = decided.flatMap(({ send, isLimited }) => (isLimited ? [send] : []));
  const tooSoon = await findTooSoon(sql, limited);
  const plan = planWrites(decided, tooSoon, outcomes);
  const at = await write(sql, plan, commitBehind);
  for (const stored of plan.stored) outcomes.set(stored.send, storedOutcome(stored, at));
  for (const { send, leader } of followers) outcomes.set(send, followerOutcome(send, leader, outcomes));

  const first = plan.stored[0]?.send;
  return {
    outcomes: batch.map((send) => outcomeOf(send, outcomes)),
    wakes: wakesOf(plan.stored, at),
    conversations: conversationsOf(plan.stored),
    witness: first && { tenantUuid: first.tenantUuid, messageUuid: first.messageUuid },
  };
}

interface Follower {
  send: KeyedSend;
  leader: KeyedSend;
}

/** The first send of each key leads; those that repeat it within the batch take its outcome. */
function groupByKey(batch: readonly PreparedSend[]): { leaders: PreparedSend[]; followers: Follower[] } {
  const leaders: PreparedSend[] = [];
  const followers: Follower[] = [];
  const leaderOfKey = new Map<string, KeyedSend>();
  for (const send of batch) {
    if (!hasKey(send)) {
      leaders.push(send);
      continue;
    }
    const leader = leaderOfKey.get(keyScope(send));
    if (leader !== undefined) {
      followers.push({ send, leader });
      continue;
    }
    leaderOfKey.set(keyScope(send), send);
    leaders.push(send);
  }
  return { leaders, followers };
}

interface WritePlan {
  stored: StoredSend[];
  /** Refused: their keys are free again. */
  released: KeyedSend[];
}

interface DecidedSend {
  send: PreparedSend;
  decision: Decision;
  /** It would be stored, and its sender may not store as often as it likes. */
  isLimited: boolean;
}

/** Decides what has no outcome yet. */
function decideAll(
  sends: readonly PreparedSend[],
  resolutions: readonly Resolution[],
  outcomes: ReadonlyMap<PreparedSend, SendOutcome>,
): DecidedSend[] {
  const decided: DecidedSend[] = [];
  for (const [n, send] of sends.entries()) {
    if (outcomes.has(send)) continue;
    const facts = resolutions[n];
    if (facts === undefined) throw new Error("a send of the batch was not resolved");
    const decision = decideSend(send, facts);
    decided.push({ send, decision, isLimited: decision.kind !== "refuse" && isLimited(send, facts) });
  }
  return decided;
}

/** Gives out sequences; what is refused gets its outcome here. */
function planWrites(
  sends: readonly DecidedSend[],
  tooSoon: ReadonlySet<PreparedSend>,
  outcomes: Map<PreparedSend, SendOutcome>,
): WritePlan {
  const plan: WritePlan = { stored: [], released: [] };
  const sequences = new Map<string, number>();
  for (const { send, decision: decidedBefore } of sends) {
    const decision: Decision = tooSoon.has(send) ? { kind: "refuse", error: quotaLimited() } : decidedBefore;
    if (decision.kind === "refuse") {
      outcomes.set(send, { kind: "rejected", error: decision.error });
      if (hasKey(send)) plan.released.push(send);
    } else {
      plan.stored.push(toStored(send, decision, sequences));
    }
  }
  return plan;
}

function toStored(
  send: PreparedSend,
  decision: Exclude<Decision, { kind: "refuse" }>,
  sequences: Map<string, number>,
): StoredSend {
  const { recipient, correlationId } = decision;
  if (decision.kind === "block")
    return { send, recipient, correlationId, sequence: null, status: "blocked", reason: decision.reason };
  const mailbox = `${send.tenantUuid} ${recipient.uuid}`;
  const sequence = (sequences.get(mailbox) ?? recipient.lastSequence) + 1;
  sequences.set(mailbox, sequence);
  return { send, recipient, correlationId, sequence, status: statusAtFirst(recipient), reason: null };
}

async function write(
  sql: Sql,
  { stored, released }: WritePlan,
  commitBehind: () => void,
): Promise<string | undefined> {
  if (stored.length === 0) {
    await releaseKeys(sql, released);
    return undefined;
  }
  const nowMs = Date.now();
  const writing = Promise.all([
    writeMessages(sql, stored),
    insertAsks(sql, stored),
    insertAuditEvents(sql, stored.map(auditOf)),
    recordTraffic(
      sql,
      stored.map((one) => trafficOf(one, nowMs)),
    ),
    releaseKeys(sql, released),
    enqueuePushes(sql, pushMailboxesOf(stored)),
  ]);
  commitBehind();
  const [at] = await writing;
  return at;
}

/** Those for whom something waits that is to be pushed, each once. */
function pushMailboxesOf(stored: readonly StoredSend[]): PushMailbox[] {
  const mailboxes = new Map<string, PushMailbox>();
  for (const { send, recipient, status } of stored)
    if (status === "pending")
      mailboxes.set(`${send.tenantUuid} ${recipient.uuid}`, {
        tenantUuid: send.tenantUuid,
        agentUuid: recipient.uuid,
      });
  return [...mailboxes.values()];
}

function trafficOf({ send, recipient, status }: StoredSend, nowMs: number): TrafficChange {
  return {
    tenantUuid: send.tenantUuid,
    messageUuid: send.messageUuid,
    senderKind: send.sender.kind,
    senderUuid: send.sender.uuid,
    recipientKind: recipient.kind,
    recipientUuid: recipient.uuid,
    type: send.content.type,
    from: null,
    to: status,
    // By this process's own clock, which made the id: it came in then.
    ...(status === "delivered" && { latencyMs: nowMs - madeAtMs(send.messageUuid) }),
  };
}

function storedOutcome(stored: StoredSend, at: string | undefined): SendOutcome {
  const { send, sequence, status, reason, correlationId } = stored;
  if (reason !== null) return { kind: "blocked", messageId: send.messageId, reason };
  if (sequence === null || status === "blocked" || at === undefined)
    throw new Error("an accepted message has no sequence or time");
  const deliveredAt = status === "delivered" ? at : null;
  return {
    kind: "accepted",
    result: { messageId: send.messageId, status, deliveredAt, sequence, correlationId },
  };
}

/** The first result of the key again, whatever the rules say by now. */
function repeatOutcome(send: KeyedSend, first: FirstResult | undefined): SendOutcome {
  if (first === undefined) throw new Error("an idempotency key was neither claimed nor found");
  if (first.requestHash !== send.idempotency.requestHash) return mismatch();
  const messageId = toTypeId("msg", first.messageUuid);
  if (first.blockReason !== null) return { kind: "blocked", messageId, reason: first.blockReason };
  if (first.sequence === null || first.correlationId === null)
    return rejected("conflict", "The message first sent with this Idempotency-Key is no longer kept.");
  const { sequence, correlationId, deliveredAt } = first;
  const status = deliveredAt === null ? "pending" : "delivered";
  return { kind: "accepted", result: { messageId, status, deliveredAt, sequence, correlationId } };
}

const followerOutcome = (
  send: KeyedSend,
  leader: KeyedSend,
  outcomes: Map<PreparedSend, SendOutcome>,
): SendOutcome =>
  send.idempotency.requestHash === leader.idempotency.requestHash ? outcomeOf(leader, outcomes) : mismatch();

const mismatch = (): SendOutcome =>
  rejected("idempotency_mismatch", "This Idempotency-Key was used for another request.");

const rejected = (code: "conflict" | "idempotency_mismatch", message: string): SendOutcome => ({
  kind: "rejected",
  error: new AppError(code, message, { errors: [{ path: "header.Idempotency-Key", message }] }),
});

function outcomeOf(send: PreparedSend, outcomes: Map<PreparedSend, SendOutcome>): SendOutcome {
  const outcome = outcomes.get(send);
  if (outcome === undefined) throw new Error("a send of the batch has no outcome");
  return outcome;
}

function wakesOf(stored: readonly StoredSend[], at: string | undefined): Wake[] {
  const sendsOf = new Map<string, [StoredSend, ...StoredSend[]]>();
  for (const one of stored) {
    if (one.sequence === null) continue;
    const mailbox = `${one.send.tenantUuid} ${one.recipient.uuid}`;
    const before = sendsOf.get(mailbox);
    if (before === undefined) sendsOf.set(mailbox, [one]);
    else before.push(one);
  }
  return Array.from(sendsOf.values(), (sends) => {
    const [{ send, recipient }] = sends;
    return {
      tenantUuid: send.tenantUuid,
      mailboxUuid: recipient.uuid,
      sequence: recipient.lastSequence + sends.length,
      committed: {
        after: recipient.lastSequence,
        messages: () => (at === undefined ? [] : sends.map((one) => toCommittedView(one, at))),
      },
    };
  });
}

function conversationsOf(stored: readonly StoredSend[]): ConversationChange[] {
  const conversations = new Map<string, ConversationChange>();
  for (const { send, correlationId } of stored) {
    const { tenantUuid } = send;
    conversations.set(`${tenantUuid} ${correlationId}`, { tenantUuid, correlationId });
  }
  return [...conversations.values()];
}
