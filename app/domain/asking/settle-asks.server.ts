import type { Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { type AskEnding, type AskServices, closeAsk, noteLateAnswer } from "./close-ask.server.ts";
import { type AskPlace, type AskState, type FoundResponse, readAsks } from "./read-asks.server.ts";

export interface SettledAsks {
  /** Ended in place of a process that does not do it any more. */
  closed: number;
  /** Answered after their end. */
  late: number;
  purged: number;
}

interface OverdueRow {
  tenant_id: string;
  message_id: string;
  deadline: string;
}

/** What the process that has asked may need to note an end by itself. */
const graceSeconds = 15;
const batchSize = 500;
/** As long as an `Idempotency-Key` is good for. */
const keptHours = 24;

/**
 * Ends questions whose time has passed and whom nobody ended, since their process died or their asker
 * did not wait; finds answers that came late, whose use counts; and forgets what is older than a day.
 */
export async function settleAsks(services: AskServices): Promise<SettledAsks> {
  const settled: SettledAsks = { closed: 0, late: 0, purged: 0 };
  for (let after: OverdueRow | undefined; ; ) {
    const rows = await services.db.withSql((sql) => selectOverdue(sql, after), { readOnly: true });
    const places = rows.map((row) => ({
      tenantId: toTypeId("ten", row.tenant_id),
      messageId: toTypeId("msg", row.message_id),
      afterSequence: 0,
    }));
    const found = await findAnswers(services, places);
    for (const [n, place] of places.entries()) {
      const ask = found[n];
      if (ask === undefined) continue;
      if (ask.state.outcome === null) {
        if (await closeAsk(services, place, endingOf(ask))) settled.closed += 1;
      } else if (ask.answer !== undefined) {
        await noteLateAnswer(services, { ...place, answer: ask.answer });
        settled.late += 1;
      }
    }
    if (rows.length < batchSize) break;
    after = rows.at(-1);
  }
  const purged = await services.db.withSql(
    (sql) => sql`delete from asks where asked_at < now() - make_interval(hours => ${keptHours})`,
  );
  settled.purged = purged.count;
  return settled;
}

function endingOf({ state, answer }: FoundAsk): AskEnding {
  if (answer !== undefined) return { outcome: "answered", answer };
  return { outcome: state.isUndeliverable ? "failed" : "timeout" };
}

const selectOverdue = (sql: Sql, after: OverdueRow | undefined) => sql<OverdueRow[]>`
  select tenant_id, message_id, deadline_at::text as deadline
  from asks
  where answer_id is null
    and deadline_at < now() - make_interval(secs => ${graceSeconds})
    ${after === undefined ? sql`` : sql`and (deadline_at, message_id) > (${after.deadline}::text::timestamptz, ${after.message_id}::uuid)`}
  order by deadline_at, message_id
  limit ${batchSize}
`;

interface FoundAsk {
  state: AskState;
  answer: FoundResponse | undefined;
}

/** Reads past partial responses until each question's answer, or the end. */
async function findAnswers(
  { db }: AskServices,
  places: readonly AskPlace[],
): Promise<(FoundAsk | undefined)[]> {
  const found: (FoundAsk | undefined)[] = places.map(() => undefined);
  let reading = places.map((place, n) => ({ n, place }));
  while (reading.length > 0) {
    const states = await readAsks(
      db,
      reading.map(({ place }) => place),
    );
    reading = reading.flatMap(({ n, place }, i) => {
      const state = states[i];
      if (state === undefined) return [];
      const answer = state.responses.find(({ payload }) => payload.partial !== true);
      found[n] = { state, answer };
      const isRead = answer !== undefined || !state.hasMore;
      return isRead ? [] : [{ n, place: { ...place, afterSequence: state.afterSequence } }];
    });
  }
  return found;
}
