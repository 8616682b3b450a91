import type { Database } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import type { AlertMetrics } from "./alert-metrics.ts";
import { takePulse } from "./pulse.server.ts";
import { runChecks } from "./run-checks.server.ts";
import type { AlertingEvent } from "./signal.ts";
import { stateChecks } from "./states/index.ts";
import type { StateCheck } from "./states/state-check.ts";
import { type AlertLog, createStepper } from "./stepper.server.ts";
import { sweepAlerts } from "./sweep-alerts.server.ts";
import { everyKind, type Hearing } from "./take-step.server.ts";

export interface AlertEvaluatorOptions {
  db: Database;
  log: AlertLog;
  metrics?: AlertMetrics;
  /** Alerts of these have changed: to be told to whoever watches. */
  onChanged(tenantIds: ReadonlySet<TenantId>): void;
  /** How soon is looked although nobody said that there is something. */
  pollMs?: number;
  /** The least time from one look to the next. */
  minIntervalMs?: number;
  /** How often the state of things is looked at, by all processes together. */
  pulseMs?: number;
  pageSize?: number;
  hearing?: Hearing;
  checks?: readonly StateCheck[];
}

/**
 * Makes alerts of what is recorded, in each process, and of all processes one at a time. Woken after a
 * commit; looks by itself from time to time.
 */
export interface AlertEvaluator {
  start(): void;
  /** Something was committed that may be in the audit trail. */
  wake(): void;
  stats(): { looks: number };
  /** Ends when nothing of it is under way any more. */
  close(): Promise<void>;
}

const firstRetryMs = 200;
const maxRetryMs = 5_000;

export function createAlertEvaluator(options: AlertEvaluatorOptions): AlertEvaluator {
  const { db, log, metrics, onChanged, pollMs = 2_000, minIntervalMs = 500, pulseMs = 5_000 } = options;
  const { hearing = everyKind, checks = stateChecks } = options;
  const urgentChecks = checks.filter(({ actions = [] }) => actions.length > 0);
  const actions = [...new Set([...hearing.actions, ...urgentChecks.flatMap((check) => check.actions ?? [])])];
  /** Tenants in which something was recorded that a check is to be made for at once. */
  const urgent = new Map<StateCheck, Set<TenantId>>();
  let isDue = false;
  let isStarted = false;
  let isClosed = false;
  let running: Promise<void> | undefined;
  let pulsing: Promise<void> | undefined;
  let endRest: (() => void) | undefined;
  let poll: NodeJS.Timeout | undefined;
  let pulse: NodeJS.Timeout | undefined;
  let looks = 0;

  const stepper = createStepper({
    ...{ db, log, metrics, pageSize: options.pageSize, onChanged },
    hearing: { actions, signalsOf: hearing.signalsOf },
    onHeard: noteUrgent,
  });

  function noteUrgent(events: readonly AlertingEvent[]): void {
    for (const check of urgentChecks)
      for (const { action, tenantId } of events) {
        if (!check.actions?.some((one) => one === action)) continue;
        const tenants = urgent.get(check) ?? new Set();
        urgent.set(check, tenants.add(tenantId));
      }
  }

  async function run(): Promise<void> {
    let retryMs = firstRetryMs;
    while (isDue && !isClosed) {
      isDue = false;
      try {
        await look();
        retryMs = firstRetryMs;
        await rest(minIntervalMs);
      } catch (error) {
        isDue = true;
        log.warn({ err: error }, "alerts could not be looked for; trying again");
        await rest(retryMs);
        retryMs = Math.min(maxRetryMs, retryMs * 2);
      }
    }
    running = undefined;
  }

  async function look(): Promise<void> {
    looks += 1;
    let outcome = await stepper.step();
    while (outcome === "more" && !isClosed) outcome = await stepper.step();
    if (outcome === "held" || outcome === "done") isDue = true;
    for (const [check, tenantIds] of urgent) {
      urgent.delete(check);
      await lookAtOnce(check, [...tenantIds]);
    }
  }

  async function lookAtOnce(check: StateCheck, tenantIds: readonly TenantId[]): Promise<void> {
    tell(await runChecks({ db, log, checks: [check], tenantIds }));
  }

  function tell({ opened, tenantIds }: Awaited<ReturnType<typeof runChecks>>): void {
    for (const kind of opened) metrics?.opened(kind);
    if (tenantIds.size > 0) onChanged(tenantIds);
  }

  async function lookAtState(): Promise<void> {
    try {
      const taken = await takePulse(db, { checks, intervalMs: pulseMs });
      if (taken === undefined || isClosed) return;
      tell(await runChecks({ db, log, checks: taken.checks }));
      if (taken.isSweepOverdue && !isClosed) await sweepAlerts({ db, log, metrics, checks, onChanged });
    } catch (error) {
      log.warn({ err: error }, "the state of the service could not be looked at for alerts");
    }
  }

  /** A pause that a closing evaluator does not wait for. */
  function rest(ms: number): Promise<void> {
    if (isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => endRest?.(), ms);
      timer.unref();
      endRest = () => {
        clearTimeout(timer);
        endRest = undefined;
        resolve();
      };
    });
  }

  function wake(): void {
    isDue = true;
    if (isStarted && !isClosed) running ??= run();
  }

  return {
    start() {
      isStarted = true;
      poll = setInterval(wake, pollMs).unref();
      pulse = setInterval(() => {
        pulsing ??= lookAtState().finally(() => {
          pulsing = undefined;
        });
      }, pulseMs).unref();
      wake();
    },
    wake,
    stats: () => ({ looks }),
    async close() {
      isClosed = true;
      clearInterval(poll);
      clearInterval(pulse);
      endRest?.();
      await Promise.all([running, pulsing]);
    },
  };
}
