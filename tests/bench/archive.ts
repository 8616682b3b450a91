import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import { runRetention } from "#app/domain/integrity/archive/run-retention.server.ts";
import { sealEvents } from "#app/domain/integrity/seal-events.server.ts";
import { createFolderStore } from "#app/domain/integrity/store/folder-store.server.ts";
import { verifyTrail } from "#app/domain/integrity/verify-trail.server.ts";
import { createDatabase, type PooledDatabase } from "#db/client.server.ts";
import { newId, newUuid, type TenantId, toUuid } from "#db/ids.ts";
import type { BenchEnvironment } from "./environment.ts";
import { type Figure, perSecond } from "./report.ts";

const BATCH = 500;
const sizeSchema = z.coerce.number().int().min(10_000).max(10_000_000).default(300_000);
const MEGABYTE = 1024 * 1024;

/**
 * Recording, sealing, checking and archiving a tenant's events (`SIGNALBOX_BENCH_EVENTS`), one after the other, with
 * the memory that archiving takes.
 */
export async function benchArchive(environment: BenchEnvironment): Promise<Figure[]> {
  const { owner, tenantUrl, systemUrl, secretKey } = environment;
  const count = sizeSchema.parse(process.env.SIGNALBOX_BENCH_EVENTS);
  const db = createDatabase({
    tenantUrl,
    systemUrl,
    statementTimeoutMs: 120_000,
    transactionTimeoutMs: 300_000,
  });
  const folder = mkdtempSync(join(tmpdir(), "signalbox-bench-archive-"));
  const trail = { secrets: createSecretBox(secretKey), store: createFolderStore(folder) };
  try {
    const tenantId = newId("ten");
    const tenantUuid = toUuid(tenantId);
    await owner`insert into tenants (id, name, slug) values (${tenantUuid}, 'Archive', ${newUuid()})`;
    const recording = await timed(() => record(db, tenantId, count));
    await owner`select ensure_audit_partition((now() - interval '100 days')::date)`;
    await owner`
      update audit_events set occurred_at = occurred_at - interval '100 days' where tenant_id = ${tenantUuid}`;
    await owner`analyze audit_events`;
    const sealing = await timed(() => sealEvents(db, trail.secrets));
    const checking = await timed(() => verifyTrail(db, trail.store, { tenantUuid }));
    if (checking.result.damages > 0) throw new Error("The trail is damaged.");

    const before = process.memoryUsage.rss();
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 50);
    const archiving = await timed(() => runRetention(db, trail));
    clearInterval(watch);
    const archived = archiving.result?.archivedEvents ?? 0;
    const rate = archived / archiving.seconds;
    return [
      { what: "events recorded, 500 a transaction", measured: perSecond(count / recording.seconds) },
      { what: "events sealed", measured: perSecond(sealing.result.events / sealing.seconds) },
      {
        what: "events verified in the table",
        measured: perSecond(checking.result.events / checking.seconds),
      },
      {
        what: `events archived (written, read back, removed), ${archived.toLocaleString("en-US")}`,
        measured: perSecond(rate),
        target: "≥ 20,000/s",
        met: rate >= 20_000,
      },
      {
        what: "memory that archiving added at most",
        measured: `${Math.round((peak - before) / MEGABYTE)} MiB`,
        target: "< 200 MiB, whatever the number of events",
        met: peak - before < 200 * MEGABYTE,
      },
    ];
  } finally {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Events as sends record them: ids, a few words, and the sender's name. */
async function record(db: PooledDatabase, tenantId: TenantId, count: number): Promise<void> {
  for (let at = 0; at < count; at += BATCH) {
    const events = Array.from({ length: BATCH }, (_, index) => ({
      tenantId,
      actor: { kind: "agent" as const, id: `agt_${index}`, name: "Planner" },
      action: "message.sent" as const,
      resource: { id: newId("msg") },
      request: { requestId: newUuid(), ipHash: null },
      correlationId: `conversation-${at}`,
      details: {
        ...{ type: "status_update", kind: "event", senderId: "agt_1", recipientId: "agt_2" },
        ...{ priority: "normal", bytes: 120, sequence: at + index },
      },
    }));
    await db.withSql((sql) => insertAuditEvents(sql, events));
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const startedMs = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - startedMs) / 1_000 };
}
