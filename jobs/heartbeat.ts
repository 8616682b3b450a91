import type pg from "pg";
import type { Log } from "#db/log.ts";

export interface HeartbeatOptions {
  pool: pg.Pool;
  log: Log;
  /** How often this process says that its runners are alive. */
  intervalMs: number;
  /** Runners that have not been heard of for this long are dead. */
  deadAfterMs: number;
  /** Told of jobs whose worker died in their last attempt: nothing will run them again. */
  onLost: (jobs: LostJob[]) => Promise<void>;
}

export interface LostJob {
  id: string;
  task: string;
  attempts: number;
  payload: unknown;
}

export interface Heartbeat {
  /** Says that this graphile-worker pool is alive, before it takes its first job. */
  add(workerId: string, runner: string): Promise<void>;
  remove(workerId: string): Promise<void>;
  /** When the last beat reached the database; by `performance.now()`. */
  lastBeatAt(): number | undefined;
  stop(): Promise<void>;
}

/**
 * graphile-worker leaves what a killed worker held (jobs and their named queues) locked for four
 * hours. Here every worker says that it lives, and each frees what the dead held.
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { pool, log, intervalMs, deadAfterMs, onLost } = options;
  const mine = new Map<string, string>();
  let lastBeat: number | undefined;
  let running: Promise<void> | undefined;
  let failing = false;

  const beat = async (): Promise<void> => {
    await pool.query(
      `insert into worker_heartbeats (worker_id, runner) select * from unnest($1::text[], $2::text[])
       on conflict (worker_id) do update set last_seen_at = now()`,
      [[...mine.keys()], [...mine.values()]],
    );
    lastBeat = performance.now();
    await freeDead();
  };

  const freeDead = async (): Promise<void> => {
    const { rows: dead } = await pool.query<{ worker_id: string }>(
      `select distinct held.locked_by as worker_id
         from (select locked_by, locked_at from graphile_worker._private_jobs where locked_by is not null
               union all
               select locked_by, locked_at from graphile_worker._private_job_queues where locked_by is not null) held
        where held.locked_at < now() - $1 * interval '1 millisecond'
          and not exists (select from worker_heartbeats alive where alive.worker_id = held.locked_by
                           and alive.last_seen_at >= now() - $1 * interval '1 millisecond')`,
      [deadAfterMs],
    );
    if (dead.length > 0) {
      const ids = dead.map(({ worker_id }) => worker_id);
      const { rows: lost } = await pool.query<LostJob>(
        `select j.id, t.identifier as task, j.attempts, j.payload
           from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
          where j.locked_by = any($1::text[]) and j.attempts >= j.max_attempts`,
        [ids],
      );
      await pool.query("select graphile_worker.force_unlock_workers($1::text[])", [ids]);
      log.warn({ workers: ids }, "Freed what dead workers held");
      if (lost.length > 0) await onLost(lost);
    }
    await pool.query(
      "delete from worker_heartbeats where last_seen_at < now() - greatest(10 * $1, 3600000) * interval '1 millisecond'",
      [deadAfterMs],
    );
  };

  const tick = (): void => {
    if (running !== undefined || mine.size === 0) return;
    running = beat()
      .then(
        () => {
          failing = false;
        },
        (error: unknown) => {
          // The database is away: once is enough to say so.
          if (!failing) log.warn({ err: error }, "The worker's heartbeat failed");
          failing = true;
        },
      )
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(tick, intervalMs);
  timer.unref();

  return {
    async add(workerId, runner) {
      mine.set(workerId, runner);
      await beat();
    },
    async remove(workerId) {
      mine.delete(workerId);
      await running;
      await pool.query("delete from worker_heartbeats where worker_id = $1", [workerId]);
    },
    lastBeatAt: () => lastBeat,
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
