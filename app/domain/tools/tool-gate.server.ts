import { commitInParts } from "#app/domain/commit-in-parts.server.ts";
import { createCommitLanes } from "#app/domain/commit-lanes.server.ts";
import { isBusy } from "#app/domain/database-errors.ts";
import { AppError } from "#app/domain/errors.ts";
import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { Log } from "#db/log.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { type CheckOutcome, decideChecks } from "./decide-checks.server.ts";
import { type PreparedCheck, prepareCheck } from "./prepared-check.ts";
import type { CheckTool, ToolDecision } from "./tool-schema.ts";

export interface ToolGateOptions {
  db: Database;
  log: Pick<Log, "warn" | "error">;
  /** Checks that may wait; more are refused as `overloaded`. */
  maxQueued?: number;
}

/** The process's way to ask whether agents may call tools. */
export interface ToolGate {
  /**
   * Whether the agent may call the tool, which is recorded before it is answered: together with whatever
   * else is asked at this moment.
   * @throws AppError not_found, forbidden, sender_mismatch, overloaded, shutting_down
   */
  check(actor: Actor, input: CheckTool, request: RequestInfo): Promise<ToolDecision>;
  /** Checks that wait or are in flight. */
  queued(): number;
  /** Refuses what comes from now on and waits for what was accepted before. */
  close(): Promise<void>;
}

const lane = 0;

type Settle = (outcome: CheckOutcome | { error: unknown }) => void;

export function createToolGate({ db, log, maxQueued = 20_000 }: ToolGateOptions): ToolGate {
  const waiting = new Map<PreparedCheck, Settle>();
  let isClosing = false;

  // Checks share no rows, so one lane holds nobody up: two of its commits are on their way at once.
  const lanes = createCommitLanes<PreparedCheck>({
    commit,
    lanes: 1,
    maxBatch: 1_000,
    maxBatchBytes: 16 * 1024 * 1024,
    bytesOf: ({ inputBytes = 0 }) => 600 + inputBytes,
  });

  async function commit(_lane: number, batch: PreparedCheck[]): Promise<void> {
    const { parts } = await commitInParts(
      {
        ...{ db, log, what: "tool checks", commit: decideParts, isThere },
        wroteNothing: ({ firstRecorded }) => firstRecorded === undefined,
        byLock: (checks) => checks.map((check) => [check]),
      },
      batch,
    );
    for (const part of parts)
      for (const [n, check] of part.batch.entries()) {
        const outcome = "error" in part ? { error: shownError(part.error) } : part.committed.outcomes[n];
        waiting.get(check)?.(outcome ?? { error: new Error("a check has no outcome") });
        waiting.delete(check);
      }
  }

  return {
    async check(actor, input, request) {
      const prepared = prepareCheck(actor, input, request);
      if (isClosing) throw new AppError("shutting_down", "The server is stopping.", { retryAfterSeconds: 1 });
      if (waiting.size >= maxQueued)
        throw new AppError("overloaded", "Too many checks are waiting.", { retryAfterSeconds: 1 });
      const outcome = await new Promise<Parameters<Settle>[0]>((resolve) => {
        waiting.set(prepared, resolve);
        lanes.push(lane, [prepared]);
      });
      if ("error" in outcome) throw outcome.error;
      return outcome.decision;
    },
    queued: () => waiting.size,
    async close() {
      isClosing = true;
      await lanes.idle();
    },
  };
}

interface DecidedPart {
  outcomes: CheckOutcome[];
  /** By which a commit whose answer was lost is looked for. */
  firstRecorded: PreparedCheck | undefined;
}

async function decideParts(
  ...[sql, checks, commitBehind]: Parameters<typeof decideChecks>
): Promise<DecidedPart> {
  const outcomes = await decideChecks(sql, checks, commitBehind);
  const firstRecorded = checks.find((_, n) => outcomes[n] !== undefined && "decision" in outcomes[n]);
  return { outcomes, firstRecorded };
}

async function isThere(
  sql: Parameters<typeof decideChecks>[0],
  { firstRecorded }: DecidedPart,
): Promise<boolean> {
  if (firstRecorded === undefined) return false;
  const found = await sql`
    select 1 from audit_events
    where tenant_id = ${firstRecorded.tenantUuid} and id = ${toUuid(firstRecorded.eventId)}`;
  return found.length > 0;
}

const shownError = (error: unknown): unknown =>
  isBusy(error)
    ? new AppError("overloaded", "The check could not be recorded in time. Ask again.", {
        cause: error,
        retryAfterSeconds: 1,
      })
    : error;
