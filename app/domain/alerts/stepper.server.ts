import type { Database } from "#db/database.ts";
import type { AuditEventId, TenantId } from "#db/ids.ts";
import { isBusy, isUnavailable } from "../database-errors.ts";
import type { AlertMetrics } from "./alert-metrics.ts";
import { peekBehindCursor } from "./read-alerting-events.server.ts";
import type { AlertingEvent } from "./signal.ts";
import { everyKind, type Hearing, type Step, takeStep } from "./take-step.server.ts";

export interface AlertLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface StepperOptions {
  db: Database;
  log: AlertLog;
  metrics?: AlertMetrics | undefined;
  hearing?: Hearing | undefined;
  pageSize?: number | undefined;
  /** Alerts of these have changed: to be told to whoever watches. */
  onChanged(tenantIds: ReadonlySet<TenantId>): void | Promise<void>;
  onHeard?(events: readonly AlertingEvent[]): void;
}

/**
 * `more`: there is more to look at now. `done`: it has looked at all there was when it began; what has come
 * since is for later, or who is at it would never be ready while much happens. `end`: nothing. `held`: something
 * that a transaction in progress holds back. `elsewhere`: another process is at it.
 */
export type StepOutcome = "more" | "done" | "end" | "held" | "elsewhere";

/** Takes steps, and gets past events that no step can take. */
export interface Stepper {
  /** @throws when the database is away or busy, or takes no step at all: the same again may pass, later */
  step(options?: { wait?: boolean }): Promise<StepOutcome>;
  /** Takes steps until everything has been looked at that there was. */
  toTheEnd(): Promise<void>;
}

/** An event that fails so often on its own is left out. */
const mostFailures = 3;

export function createStepper(options: StepperOptions): Stepper {
  const { db, log, metrics, hearing = everyKind, pageSize = 2_000, onChanged, onHeard } = options;
  let limit = pageSize;
  let failing: { eventId: AuditEventId | undefined; times: number } | undefined;

  async function step({ wait = false } = {}): Promise<StepOutcome> {
    const waiting = await db.withSql((sql) => peekBehindCursor(sql), { readOnly: true });
    if (waiting === "nothing") metrics?.evaluated(0, 0);
    if (waiting !== "events") return waiting === "held" ? "held" : "end";
    let looked: readonly AlertingEvent[] = [];
    let taken: Step | undefined;
    try {
      taken = await takeStep(db, {
        ...{ limit, hearing, wait },
        leaveOut: failing !== undefined && failing.times >= mostFailures ? failing.eventId : undefined,
        onPage(page) {
          looked = page.events;
        },
      });
    } catch (error) {
      if (isUnavailable(error) || isBusy(error)) throw error;
      failed(error, looked[0]?.id);
      return "more";
    }
    if (taken === undefined) return "elsewhere";
    await settle(taken);
    return taken.page.hasMore ? "more" : "done";
  }

  async function settle({ page, now, unheard, opened, tenantIds }: Step): Promise<void> {
    failing = undefined;
    limit = Math.min(pageSize, limit * 2);
    for (const { event, error } of unheard) {
      metrics?.skipped();
      const fields = { eventId: event.id, tenantId: event.tenantId, action: event.action };
      log.error({ err: error, ...fields }, "an event was left out of the alerts");
    }
    const lagMs = page.hasMore && page.lastAt !== null ? now.getTime() - page.lastAt.getTime() : 0;
    metrics?.evaluated(page.events.length, Math.max(0, lagMs));
    for (const kind of opened) metrics?.opened(kind);
    if (page.events.length > 0) onHeard?.(page.events);
    if (tenantIds.size > 0) await onChanged(tenantIds);
  }

  /** Looks for the one that it fails on: among half as many, and half of those. */
  function failed(error: unknown, eventId: AuditEventId | undefined): void {
    if (limit > 1) {
      limit = Math.floor(limit / 2);
      return;
    }
    const times = failing !== undefined && failing.eventId === eventId ? failing.times + 1 : 1;
    failing = { eventId, times };
    log.warn({ err: error, eventId, times }, "an event could not be looked at for alerts");
    // It is no event's fault: left out, it fails as before.
    if (eventId === undefined || times > mostFailures) throw error;
  }

  return {
    step,
    async toTheEnd() {
      while ((await step({ wait: true })) === "more");
    },
  };
}
