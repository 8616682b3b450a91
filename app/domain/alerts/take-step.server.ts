import type { Database, Sql } from "#db/database.ts";
import type { AuditEventId } from "#db/ids.ts";
import { moveCursor, takeCursor, waitForCursor } from "./alert-cursor.server.ts";
import { type AppliedAlerts, applySignals } from "./apply-signals.server.ts";
import { type AlertingPage, readAlertingEvents } from "./read-alerting-events.server.ts";
import type { AlertingEvent, Signal } from "./signal.ts";
import { listenedActions, signalsOf } from "./signals/index.ts";

/** What events mean; others in tests. */
export interface Hearing {
  actions: readonly string[];
  signalsOf(event: AlertingEvent): Signal[];
}

export const everyKind: Hearing = { actions: listenedActions, signalsOf };

export interface TakeStepOptions {
  /** So many events are looked at. */
  limit: number;
  hearing: Hearing;
  /** Moves on without making anything of this one. */
  leaveOut?: AuditEventId | undefined;
  /** Waits for a process that is at work, instead of leaving it to that. */
  wait?: boolean;
  /** Told what was read, before anything is made of it. */
  onPage?(page: AlertingPage): void;
}

export interface Step extends AppliedAlerts {
  page: AlertingPage;
  now: Date;
  /** Events that nothing could be made of. */
  unheard: { event: AlertingEvent; error: unknown }[];
}

/**
 * One step of the evaluator, in one transaction: the cursor is held, what lies behind it becomes alerts and
 * what is told of them, the cursor moves on. All of it or nothing, whatever dies; and of several processes
 * one at a time. Undefined where another is at it.
 */
export const takeStep = (db: Database, options: TakeStepOptions): Promise<Step | undefined> =>
  db.withSql(async (sql) => {
    const cursor = options.wait ? await waitForCursor(sql) : await takeCursor(sql);
    if (cursor === undefined) return undefined;
    const { hearing, limit } = options;
    const page = await readAlertingEvents(sql, cursor.place, { actions: hearing.actions, limit });
    options.onPage?.(page);
    const heard = hear(page.events, options);
    const applied = await applyUnsorted(sql, heard.signals, cursor.now);
    await moveCursor(sql, page.through);
    return { ...applied, page, now: cursor.now, unheard: heard.unheard };
  });

/** The planner is to choose again how it joins. */
async function applyUnsorted(sql: Sql, signals: readonly Signal[], now: Date): Promise<AppliedAlerts> {
  await sql`set local enable_sort = on`;
  return applySignals(sql, signals, now);
}

function hear(
  events: readonly AlertingEvent[],
  { hearing, leaveOut }: TakeStepOptions,
): Pick<Step, "unheard"> & { signals: Signal[] } {
  const signals: Signal[] = [];
  const unheard: Step["unheard"] = [];
  for (const event of events) {
    try {
      if (event.id === leaveOut) throw new Error("It has failed too often");
      signals.push(...hearing.signalsOf(event));
    } catch (error) {
      unheard.push({ event, error });
    }
  }
  return { signals, unheard };
}
