import type { Database } from "#db/database.ts";
import { isMailDeferred, isMailRefused } from "../../mail/mailer.ts";
import { unanswered } from "../../outbound/post-json.server.ts";
import type { Telling } from "./begin-telling.server.ts";
import { alertMail } from "./mail-format.ts";
import { listMailRecipients } from "./mail-recipients.server.ts";
import type { Notice } from "./notice.ts";
import type { NoticeServices } from "./notice-services.server.ts";
import type { NoticeResult } from "./post-notice.server.ts";

export interface MailOutcome {
  /** Each attempt that was made, noted already. */
  results: NoticeResult[];
  /** Addresses that have got it, by this attempt and those before. */
  told: number;
  /** Addresses that may get it later. */
  deferred: number;
}

export interface TellByMail {
  db: Database;
  services: NoticeServices;
  telling: Telling;
  notice: Notice;
  signal?: AbortSignal | undefined;
  /** Notes an attempt at once; false: no more of them. */
  onAttempt(result: NoticeResult): Promise<boolean>;
}

/**
 * Mails each address by itself and notes each at once, so that a worker that dies in between has written
 * to nobody twice but perhaps to one, with the same Message-ID. A server that cannot be spoken to at all
 * is not tried for the others.
 */
export async function tellByMail(options: TellByMail): Promise<MailOutcome> {
  const { db, telling, signal, onAttempt } = options;
  const { addresses, toAdmins } = telling.target;
  const { waiting, told } = await db.withSql(
    (sql) => listMailRecipients(sql, { ...telling, addresses, toAdmins }),
    { readOnly: true },
  );
  const outcome: MailOutcome = { results: [], told, deferred: 0 };
  if (waiting.length === 0 && told === 0) {
    const nobody = {
      ...unanswered("There is nobody to write to: no admin has confirmed an address."),
      ...{ target: "nobody", isGone: false, isRefused: false },
    };
    await onAttempt(nobody);
    return { ...outcome, results: [nobody], deferred: 1 };
  }
  for (const [n, to] of waiting.entries()) {
    if (signal?.aborted) {
      outcome.deferred += waiting.length - n;
      break;
    }
    const { result, isServerAway } = await mailTo(options, to);
    outcome.results.push(result);
    if (result.outcome === "delivered") outcome.told++;
    else if (!result.isRefused) outcome.deferred++;
    const goesOn = await onAttempt(result);
    if (isServerAway || !goesOn) {
      outcome.deferred += waiting.length - n - 1;
      break;
    }
  }
  return outcome;
}

async function mailTo(
  { services, telling, notice }: TellByMail,
  to: string,
): Promise<{ result: NoticeResult; isServerAway: boolean }> {
  const startedAt = new Date();
  const sinceMs = performance.now();
  const common = () => ({
    ...{ target: to, retryAfter: undefined, responseBody: null, isGone: false },
    ...{ startedAt, durationMs: Math.round(performance.now() - sinceMs) },
  });
  try {
    await services.mailer.send(alertMail(notice, to), { id: telling.deliveryUuid, name: "alert" });
    const result = {
      ...common(),
      outcome: "delivered" as const,
      statusCode: null,
      error: null,
      isRefused: false,
    };
    return { result, isServerAway: false };
  } catch (error) {
    const isRefused = isMailRefused(error);
    const isDeferred = isMailDeferred(error);
    const result = {
      ...common(),
      outcome: "failed" as const,
      statusCode: isMailRefused(error) || isMailDeferred(error) ? error.code : null,
      error: error instanceof Error ? error.message : String(error),
      isRefused,
    };
    return { result, isServerAway: !isRefused && !isDeferred };
  }
}
