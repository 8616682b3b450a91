import type { Database } from "#db/database.ts";
import { type AlertChannelId, newUuid, type TenantId, toUuid } from "#db/ids.ts";
import { isOutboundError } from "../../outbound/outbound-error.ts";
import { parseRetryAfterMs } from "../../outbound/retry-schedule.ts";
import { beginTelling, type Telling } from "./begin-telling.server.ts";
import { releaseChannelLease, takeChannelLease, wakeForWhatIsLeft } from "./channel-lease.server.ts";
import { type Notice, toNotice } from "./notice.ts";
import type { NoticeServices } from "./notice-services.server.ts";
import { type NoticeResult, postNotice } from "./post-notice.server.ts";
import { recordAttempt, renewLease } from "./record-attempt.server.ts";
import { settleTelling, type TellingOutcome } from "./settle-telling.server.ts";
import { type MailOutcome, tellByMail } from "./tell-by-mail.server.ts";

export interface DrainChannelOptions {
  db: Database;
  services: NoticeServices;
  tenantId: TenantId;
  channelId: AlertChannelId;
  /** Aborts when the worker stops: the attempt under way is given up, and made again by another. */
  signal?: AbortSignal;
  /** From 0 to 1. */
  random?: () => number;
  /** After so many deliveries, or so long, it is another channel's turn. */
  maxDeliveries?: number;
  maxMs?: number;
}

/** A webhook may have had a bad day; who speaks a format of their own says no once. */
const refusalsBeforeGivingUp = { webhook: 3, slack: 1, pagerduty: 1, email: 1 };

/**
 * Tells a channel what waits for it, one thing after the other, as long as it takes them. Nobody else
 * tells it anything meanwhile: it holds the channel's lease. What is left to do afterwards is enqueued,
 * for when it is due. Gives how many attempts it made.
 */
export async function drainChannel(options: DrainChannelOptions): Promise<number> {
  const { db, signal, random = Math.random, maxDeliveries = 50, maxMs = 10_000 } = options;
  const channel = { tenantUuid: toUuid(options.tenantId), channelUuid: toUuid(options.channelId) };
  const leaseId = newUuid();
  const kind = await db.withSql((sql) => takeChannelLease(sql, channel, leaseId, random()));
  if (kind === undefined) return 0;
  const sinceMs = performance.now();
  let attempts = 0;
  try {
    for (let goesOn = true; goesOn; ) {
      if (signal?.aborted || attempts >= maxDeliveries || performance.now() - sinceMs >= maxMs) break;
      const telling = await db.withSql((sql) => beginTelling(sql, channel, leaseId));
      if (telling === undefined) break;
      attempts++;
      goesOn = await tell(options, telling, random());
    }
  } finally {
    await db.withSql((sql) => releaseChannelLease(sql, channel, leaseId));
  }
  await db.withSql((sql) => wakeForWhatIsLeft(sql, channel));
  return attempts;
}

/** Makes one attempt. Gives whether the next may follow; not when the worker is stopping. */
async function tell(options: DrainChannelOptions, telling: Telling, random: number): Promise<boolean> {
  const { db, services, signal } = options;
  const notice = readNotice(services, telling);
  if (notice === undefined)
    // Told never, and not worth what is behind it.
    return db.withSql((sql) =>
      settleTelling(sql, telling, { outcome: "refused", error: "Its content cannot be read." }, random),
    );
  if (telling.target.kind === "email") {
    const onAttempt = (result: NoticeResult) =>
      db.withSql(async (sql) => {
        await recordAttempt(sql, telling, result);
        return renewLease(sql, telling);
      });
    const outcome = outcomeOfMail(await tellByMail({ db, services, telling, notice, signal, onAttempt }));
    if (signal?.aborted && outcome.outcome !== "delivered") return false;
    count(services, telling, outcome);
    return db.withSql((sql) => settleTelling(sql, telling, outcome, random));
  }
  const result = await post(options, telling, notice);
  if (result === undefined) return false;
  const outcome = outcomeOfPost(result, telling);
  count(services, telling, outcome);
  return db.withSql(async (sql) => {
    // After the channel's lock, which `settleTelling` takes: an insert locks nothing that others wait for.
    const goesOn = await settleTelling(sql, telling, outcome, random);
    await recordAttempt(sql, telling, result);
    return goesOn;
  });
}

/** Undefined for what no version of ours has stored. */
function readNotice({ origin }: NoticeServices, { notice }: Telling): Notice | undefined {
  try {
    return toNotice(notice, origin);
  } catch {
    return undefined;
  }
}

/** Undefined when the worker is stopping: nothing is known then of what came of it. */
async function post(
  { services, signal, tenantId, channelId }: DrainChannelOptions,
  { target }: Telling,
  notice: Notice,
): Promise<NoticeResult | undefined> {
  try {
    return await postNotice(services, { owner: { tenantId, channelId }, target, notice, signal });
  } catch (error) {
    if (isOutboundError(error) && error.kind === "aborted") return undefined;
    throw error;
  }
}

function outcomeOfPost(result: NoticeResult, { target, number }: Telling): TellingOutcome {
  const { outcome, error, statusCode, retryAfter, isGone, isRefused } = result;
  if (outcome === "delivered") return { outcome, error: null };
  if (isGone) return { outcome: "gone", error };
  if (isRefused && number >= refusalsBeforeGivingUp[target.kind]) return { outcome: "refused", error };
  const mayAskForTime = statusCode === 429 || statusCode === 503;
  return {
    outcome: "failed",
    error,
    retryAfterMs: mayAskForTime ? parseRetryAfterMs(retryAfter, Date.now()) : 0,
  };
}

function outcomeOfMail({ results, told, deferred }: MailOutcome): TellingOutcome {
  const error = results.findLast(({ outcome }) => outcome === "failed")?.error ?? null;
  if (told > 0) return deferred > 0 ? { outcome: "partly", error } : { outcome: "delivered", error: null };
  return { outcome: deferred > 0 ? "failed" : "refused", error };
}

function count({ onTold }: NoticeServices, { target }: Telling, { outcome }: TellingOutcome): void {
  if (outcome === "delivered" || outcome === "partly") onTold?.(target.kind, "delivered");
  else onTold?.(target.kind, outcome === "failed" ? "failed" : "given_up");
}
