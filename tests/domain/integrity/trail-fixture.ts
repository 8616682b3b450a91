import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type postgres from "postgres";
import { vi } from "vitest";
import { insertAuditEvents } from "#app/domain/audit/insert-audit-events.server.ts";
import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import { anchorSeals } from "#app/domain/integrity/anchor-seals.server.ts";
import { type SealOptions, sealEvents } from "#app/domain/integrity/seal-events.server.ts";
import type { ArchiveStore } from "#app/domain/integrity/store/archive-store.ts";
import { createFolderStore } from "#app/domain/integrity/store/folder-store.server.ts";
import { type VerifyResult, verifyTrail } from "#app/domain/integrity/verify-trail.server.ts";
import { newId, type TenantId, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { aRequest } from "#tests/setup/tenant-fixture.ts";

export const testSecrets = createSecretBox("a secret key for tests, of at least 32 characters");

/** A database, an archive store in a folder, and tenants whose trails are filled, sealed and damaged. */
export interface TrailFixture {
  database: TestDatabase;
  owner: postgres.Sql;
  store: ArchiveStore;
  folder: string;
  addTenant(): Promise<TenantId>;
  /** Adds so many events, with names, an address and a text, in one transaction. */
  addEvents(tenantId: TenantId, count: number): Promise<void>;
  /** The same, so many days ago. */
  addPastEvents(tenantId: TenantId, count: number, daysAgo: number): Promise<void>;
  /** Ids of the tenant's events in the table. */
  hotEvents(tenantId: TenantId): Promise<string[]>;
  /** Seals and anchors everything. */
  seal(options?: SealOptions): Promise<void>;
  verify(tenantId: TenantId): Promise<VerifyResult>;
  close(): Promise<void>;
}

/**
 * Waits until no transaction runs that is older than what was written: those of other test files, in
 * other databases of the same server, hold back what is sealed as well.
 */
export async function settled(owner: postgres.Sql): Promise<void> {
  const [newest] = await owner<{ xid: string }[]>`
    select coalesce(max(xid::text::bigint), 0)::text as xid from audit_events`;
  // Also in hooks, where `expect.poll` is refused.
  await vi.waitFor(
    async () => {
      const [row] = await owner<{ isOver: boolean }[]>`
        select pg_snapshot_xmin(pg_current_snapshot()) > ${newest?.xid ?? "0"}::text::xid8 as "isOver"`;
      if (!row?.isOver) throw new Error("An older transaction still runs.");
    },
    { timeout: 10_000, interval: 10 },
  );
}

export async function createTrailFixture(): Promise<TrailFixture> {
  const database = await createTestDatabase();
  const { db, owner } = database;
  const folder = await mkdtemp(join(tmpdir(), "signalbox-archive-"));
  const store = createFolderStore(folder);
  let made = 0;
  const fixture: TrailFixture = {
    ...{ database, owner, store, folder },

    async addTenant() {
      const tenantId = newId("ten");
      const slug = tenantId.slice(4);
      await owner`insert into tenants (id, name, slug) values (${toUuid(tenantId)}, ${slug}, ${slug})`;
      return tenantId;
    },

    async addEvents(tenantId, count) {
      const events = Array.from({ length: count }, () => ({
        tenantId,
        actor: { kind: "user" as const, id: "usr_ada", name: "Ada Lovelace" },
        action: "agent.paused" as const,
        resource: { id: `agt_${made++}`, name: "Planner" },
        request: aRequest,
        details: { reason: `“too loud” ${made}` },
      }));
      await db.withSql((sql) => insertAuditEvents(sql, events));
    },

    async addPastEvents(tenantId, count, daysAgo) {
      await fixture.addEvents(tenantId, count);
      await owner`select ensure_audit_partition((now() - make_interval(days => ${daysAgo}))::date)`;
      await owner`
        update audit_events set occurred_at = occurred_at - make_interval(days => ${daysAgo})
        where tenant_id = ${toUuid(tenantId)} and occurred_at > now() - interval '1 hour'`;
    },

    async hotEvents(tenantId) {
      const rows = await owner<{ id: string }[]>`
        select id from audit_events where tenant_id = ${toUuid(tenantId)} and action = 'agent.paused'`;
      return rows.map(({ id }) => id);
    },

    async seal(options) {
      await settled(owner);
      await sealEvents(db, testSecrets, options);
      const { failures } = await anchorSeals(db, store);
      if (failures[0] !== undefined) throw failures[0].error;
    },

    verify: (tenantId) => verifyTrail(db, store, { tenantUuid: toUuid(tenantId) }),

    async close() {
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return fixture;
}
