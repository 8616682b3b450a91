import { type AppError, isAppError, notFound } from "#app/domain/errors.ts";
import type { Database, Sql } from "#db/database.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { CheckAnswer, SendCheck } from "./check-schema.ts";
import {
  decideSend,
  edgeBlock,
  isLimited,
  recipientOf,
  recipientRefusal,
  replyRefusal,
  senderBlock,
  sentenceOfBlock,
  statusAtFirst,
} from "./decide-send.ts";
import type { MessageSender } from "./message-sender.server.ts";
import { prepareSend } from "./prepare-send.server.ts";
import type { PreparedSend } from "./prepared-send.ts";
import { previewSends, type Resolution } from "./resolve-sends.server.ts";
import type { BlockReason, SendMessage } from "./schema.ts";
import { quotaLimited, wouldComeTooSoon } from "./send-allowances.server.ts";

export interface CheckSendOptions {
  /** Whose room for waiting messages is looked at. */
  sender: Pick<MessageSender, "refusal">;
  request: RequestInfo;
}

/**
 * What would become of this send, and why, by the rules of a send themselves: nothing is stored, no
 * lock is taken, nothing is recorded. `input` is a send, or what is wrong with it as one. An
 * idempotency key is no part of it: a send that repeats one is answered with its first result.
 * Throws `forbidden` to who may send nothing at all.
 */
export async function checkSend(
  db: Database,
  actor: Actor,
  input: SendMessage | AppError,
  options: CheckSendOptions,
): Promise<CheckAnswer> {
  if (isAppError(input)) return rejected([failed("schema", input)]);
  const checks: SendCheck[] = [passed("schema")];

  const prepared = prepare(actor, input, options.request);
  if (isAppError(prepared)) return rejected([...checks, failed("sender", prepared)]);
  const refusal = options.sender.refusal(1, prepared.payloadBytes);
  checks.push(refusal === undefined ? passed("limits") : failed("limits", refusal));

  const { facts, throttled } = await db.asTenantSql(actor.tenantId, (sql) => preview(sql, prepared), {
    readOnly: true,
  });
  checks.push(...checksOf(prepared, facts));
  if (throttled !== undefined) checks.push(failed("quota", throttled));
  if (refusal !== undefined || throttled !== undefined) return rejected(checks);

  const decision = decideSend(prepared, facts);
  switch (decision.kind) {
    case "refuse":
      return rejected(checks);
    case "block":
      return { allowed: false, wouldBe: "blocked", checks };
    case "accept":
      return { allowed: true, wouldBe: statusAtFirst(decision.recipient), checks };
  }
}

/** What decides the send, and what a limited sender gets that has just sent. */
async function preview(
  sql: Sql,
  send: PreparedSend,
): Promise<{ facts: Resolution; throttled: AppError | undefined }> {
  const [facts] = await previewSends(sql, [send]);
  if (facts === undefined) throw new Error("a send was not resolved");
  const throttled =
    isLimited(send, facts) && (await wouldComeTooSoon(sql, send)) ? quotaLimited() : undefined;
  return { facts, throttled };
}

/** The same as for a send, but a claim to be another is only answered: nothing was attempted. */
function prepare(actor: Actor, input: SendMessage, request: RequestInfo): PreparedSend | AppError {
  try {
    return prepareSend(actor, input, { request });
  } catch (error) {
    if (isAppError(error) && error.code === "sender_mismatch") return error;
    throw error;
  }
}

/** Every rule by itself, so that who asks learns all that is in the way, not only what comes first. */
function checksOf(send: PreparedSend, facts: Resolution): SendCheck[] {
  const recipient = recipientOf(send, facts);
  const checks = [blockedBy("sender", senderBlock(send, facts))];
  checks.push(
    refusedBy(
      "recipient",
      recipient === undefined ? notFound("recipient") : recipientRefusal(send, recipient),
    ),
  );
  if (send.replyTo !== null) checks.push(refusedBy("replyTo", replyRefusal(send, facts)));
  if (recipient !== undefined) checks.push(blockedBy("edge", edgeBlock(send, recipient, facts)));
  return checks;
}

const passed = (name: SendCheck["name"]): SendCheck => ({ name, passed: true });

const failed = (name: SendCheck["name"], { code, message, errors }: AppError): SendCheck => ({
  name,
  passed: false,
  code,
  detail: message,
  ...(errors.length > 0 && { errors }),
});

const refusedBy = (name: SendCheck["name"], error: AppError | undefined): SendCheck =>
  error === undefined ? passed(name) : failed(name, error);

const blockedBy = (name: SendCheck["name"], reason: BlockReason | undefined): SendCheck =>
  reason === undefined
    ? passed(name)
    : { name, passed: false, code: reason, detail: sentenceOfBlock[reason] };

const rejected = (checks: SendCheck[]): CheckAnswer => ({ allowed: false, wouldBe: "rejected", checks });
