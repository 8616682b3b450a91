import type { Database, Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import { keepHolds } from "./lock-holds.server.ts";

/** What one transaction has looked at and taken. */
export interface Batch {
  /** Where the next one begins, behind what was held; null when there was nothing. */
  last: string | null;
  seen: number;
  deleted: number;
}

export interface PurgeRunOptions {
  tenantUuid: string;
  tenantName: string;
  /** What was sent before this is too old: the database's time, ISO 8601. */
  olderThan: string;
  batchSize: number;
  signal: AbortSignal | undefined;
}

/** After so many messages a run says in the audit trail what it has taken, and not only at its end. */
const auditEvery = 20_000;

/** One run of retention over one tenant, and what of it is not in the audit trail yet. */
export class PurgeRun {
  readonly options: PurgeRunOptions;
  deleted = 0;
  readonly #db: Database;
  #messages = 0;
  #mailboxes = new Set<string>();

  constructor(db: Database, options: PurgeRunOptions) {
    this.#db = db;
    this.options = options;
  }

  get isAborted(): boolean {
    return this.options.signal?.aborted ?? false;
  }

  /**
   * Deletes in batches, each a transaction that no hold is placed beside, until one is not full.
   * Gives how far it came.
   */
  async deleteFrom(
    start: string,
    mailboxUuid: string | undefined,
    deleteBatch: (sql: Sql, after: string) => Promise<Batch[]>,
  ): Promise<string> {
    const { tenantUuid, batchSize } = this.options;
    for (let after = start; ; ) {
      if (this.isAborted) return after;
      const { batch, isRecorded } = await this.#db.withSql(async (sql) => {
        await keepHolds(sql, tenantUuid);
        const [batch = { last: null, seen: 0, deleted: 0 }] = await deleteBatch(sql, after);
        const messages = this.#messages + batch.deleted;
        const isRecorded = messages >= auditEvery;
        if (isRecorded) await this.#record(sql, messages, this.#withMailbox(mailboxUuid).size);
        return { batch, isRecorded };
      });
      if (batch.deleted > 0) {
        this.deleted += batch.deleted;
        this.#messages = isRecorded ? 0 : this.#messages + batch.deleted;
        this.#mailboxes = isRecorded ? new Set() : this.#withMailbox(mailboxUuid);
      }
      after = batch.last ?? after;
      if (batch.seen < batchSize) return after;
    }
  }

  /** Records what was taken since the last time. */
  async finish(): Promise<void> {
    if (this.#messages === 0) return;
    await this.#db.withSql((sql) => this.#record(sql, this.#messages, this.#mailboxes.size));
  }

  #withMailbox(mailboxUuid: string | undefined): Set<string> {
    return mailboxUuid === undefined ? this.#mailboxes : new Set([...this.#mailboxes, mailboxUuid]);
  }

  #record(sql: Sql, messages: number, mailboxes: number): Promise<void> {
    const { tenantUuid, tenantName, olderThan } = this.options;
    const tenantId = toTypeId("ten", tenantUuid);
    return insertAuditEvents(sql, [
      {
        tenantId,
        actor: { kind: "system", id: "retention", name: "Signalbox" },
        action: "retention.purged",
        resource: { id: tenantId, name: tenantName },
        request: null,
        details: { messages, mailboxes, olderThan },
      },
    ]);
  }
}
