import type { Database } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import type { AuditActor, AuditEvent } from "../audit/audit-event.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { RequestInfo } from "../auth/actor.ts";
import type { LimitName } from "./limit-settings.ts";

/** Whose request was refused. */
export interface Refused {
  limit: LimitName;
  /** The same for all that is told together. */
  key: string;
  tenantId: TenantId;
  actor: AuditActor;
  request: RequestInfo;
}

/** Tells the audit log of refusals: by limit and key one event at once, then one for each minute that has more. */
export interface RefusalLog {
  note(refused: Refused): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface RefusalLogOptions {
  db: Database;
  log: { error(fields: object, message: string): void };
  onFailure?: (() => void) | undefined;
  /** How long the first of a kind waits for others to be written with. */
  gatherMs?: number;
  /** How long the next of the same kind waits. */
  quietMs?: number;
  /** Beyond so many at once, only the metric tells. */
  maxKinds?: number;
}

interface Entry extends Refused {
  refusals: number;
  dueAtMs: number;
}

export function createRefusalLog(options: RefusalLogOptions): RefusalLog {
  const { db, log, onFailure, gatherMs = 1_000, quietMs = 60_000, maxKinds = 5_000 } = options;
  const entries = new Map<string, Entry>();
  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function schedule(): void {
    if (entries.size === 0) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void write(performance.now()).then(schedule);
    }, gatherMs).unref();
  }

  function write(dueBeforeMs: number): Promise<void> {
    writing = writing.then(() => writeDue(dueBeforeMs));
    return writing;
  }

  async function writeDue(dueBeforeMs: number): Promise<void> {
    const due: { entry: Entry; refusals: number }[] = [];
    for (const [id, entry] of entries) {
      if (entry.dueAtMs > dueBeforeMs) continue;
      if (entry.refusals === 0) entries.delete(id);
      else due.push({ entry, refusals: entry.refusals });
      entry.refusals = 0;
      entry.dueAtMs = performance.now() + quietMs;
    }
    if (due.length === 0) return;
    try {
      await db.withSql((sql) => insertAuditEvents(sql, due.map(toEvent)));
      isFailing = false;
    } catch (error) {
      // Kept, and told with the next. The log hears of it once.
      for (const { entry, refusals } of due) entry.refusals += refusals;
      onFailure?.();
      if (!isFailing) log.error({ err: error, refused: due.length }, "Refusals could not be recorded yet");
      isFailing = true;
    }
  }

  return {
    note({ limit, key, tenantId, actor, request }) {
      const id = `${limit} ${key}`;
      const known = entries.get(id);
      if (known !== undefined) {
        known.refusals += 1;
        return;
      }
      if (entries.size >= maxKinds) return;
      // Only what will be written: they come with whole requests.
      const { requestId, ipHash } = request;
      entries.set(id, {
        ...{ limit, key, tenantId, refusals: 1, dueAtMs: performance.now() },
        actor: { kind: actor.kind, id: actor.id, name: actor.name },
        request: { requestId, ipHash },
      });
      schedule();
    },
    flush: () => write(Number.POSITIVE_INFINITY),
    async close() {
      clearTimeout(timer);
      await write(Number.POSITIVE_INFINITY);
    },
  };
}

function toEvent({ entry, refusals }: { entry: Entry; refusals: number }): AuditEvent<"rate_limit.refused"> {
  const { limit, tenantId, actor, request } = entry;
  return {
    ...{ tenantId, actor, request, action: "rate_limit.refused", status: "denied" },
    resource: { id: limit },
    details: { limit, refusals },
  };
}
