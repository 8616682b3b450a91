import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import { deadAfterSeconds } from "../../platform/alive.ts";
import { readQueueRows, runnerOf } from "../../platform/read-queues.server.ts";
import type { Finding } from "../signal.ts";
import type { StateCheck } from "./state-check.ts";

const everySeconds = 5;
const common = { tenantId: SYSTEM_TENANT_ID, kind: "worker_health" as const };

/** For how long the oldest job that could run has waited, by the runner that should take it. */
export const queueLag: StateCheck = {
  ...{ kind: "worker_health", keyPrefix: "queue:", everySeconds },
  async find(sql) {
    const waited = new Map<string, number>();
    for (const { task, oldest_ready_seconds: seconds } of await readQueueRows(sql)) {
      const runner = runnerOf(task);
      // A task of a version that is gone is for nobody to take.
      if (runner === null || seconds === null) continue;
      waited.set(runner, Math.max(waited.get(runner) ?? 0, Math.floor(seconds)));
    }
    return [...waited].map(
      ([runner, seconds]): Finding => ({
        ...{ ...common, key: `queue:${runner}`, value: seconds },
        subject: { type: "runner", id: runner, name: runner },
        facts: { problem: "queue_lag", runner, seconds },
      }),
    );
  },
};

/**
 * Nobody does the work: no worker has been heard of. One that stopped in good order has left no trace but what it
 * last ran by the clock, up to a minute before; where there has been none at all, it counts from the oldest process's
 * start.
 */
export const noWorker: StateCheck = {
  ...{ kind: "worker_health", keyPrefix: "no_worker", everySeconds },
  async find(sql) {
    const [row] = await sql<{ alive: boolean; seconds: number | null }[]>`
      with heard as (select max(last_seen_at) as at from worker_heartbeats),
        clock as (
          select max(last_execution) + interval '60 seconds' as at from graphile_worker._private_known_crontabs
        ),
        began as (
          select min(started_at) as at from instances
          where last_seen_at > now() - make_interval(secs => ${deadAfterSeconds})
        )
      select coalesce(heard.at > now() - make_interval(secs => ${deadAfterSeconds}), false) as alive,
        extract(epoch from now() - greatest(heard.at, clock.at, began.at))::float8 as seconds
      from heard, clock, began`;
    if (row === undefined || row.alive || row.seconds === null || row.seconds < 0) return [];
    const seconds = Math.floor(row.seconds);
    return [
      {
        ...{ ...common, key: "no_worker", value: seconds },
        subject: { type: "worker", id: null, name: null },
        facts: { problem: "no_worker", seconds },
      },
    ];
  },
};

/** Processes that have more memory than each says that it should. */
export const memory: StateCheck = {
  ...{ kind: "worker_health", keyPrefix: "memory:", everySeconds },
  async find(sql) {
    const rows = await sql<{ id: string; host: string; pid: number; bytes: string; bound: string }[]>`
      select id, host, pid, report ->> 'memoryBytes' as bytes, report ->> 'memoryBoundBytes' as bound
      from instances
      where last_seen_at > now() - make_interval(secs => ${deadAfterSeconds})
        and (report ->> 'memoryBytes')::numeric > (report ->> 'memoryBoundBytes')::numeric`;
    return rows.map(({ id, host, pid, bytes, bound }): Finding => {
      const instance = `${host} (${pid})`;
      return {
        ...{ ...common, key: `memory:${id}` },
        subject: { type: "instance", id, name: instance },
        facts: { problem: "memory", instance, bytes: Number(bytes), boundBytes: Number(bound) },
      };
    });
  },
};
