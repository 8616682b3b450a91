import { closeMonths } from "#app/domain/billing/close-months.server.ts";
import { createDatabase } from "#db/client.server.ts";
import type { Database, SqlWork, TransactionOptions } from "#db/database.ts";

// Closes months in a process of its own that is killed at a step: before, within and after each transaction.
// It says where, or that it came to its end.

export interface KilledClosing {
  tenantUrl: string;
  systemUrl: string;
  killAt: number;
  nowMs: number;
}

const run: KilledClosing = JSON.parse(process.argv[2] ?? "");
let steps = 0;

function step(name: string): void {
  steps++;
  if (steps !== run.killAt) return;
  process.stdout.write(`killed ${name}\n`, () => process.kill(process.pid, "SIGKILL"));
  // Nothing else happens until the signal comes.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  process.kill(process.pid, "SIGKILL");
}

const inner = createDatabase({ tenantUrl: run.tenantUrl, systemUrl: run.systemUrl, poolSize: 2 });
const db: Database = {
  ...inner,
  async withSql<T>(work: SqlWork<T>, options?: TransactionOptions): Promise<T> {
    step("before a transaction");
    const result = await inner.withSql(async (sql, commitBehind) => {
      const value = await work(sql, commitBehind);
      step("before a commit");
      return value;
    }, options);
    step("after a commit");
    return result;
  },
};

await closeMonths(db, { nowMs: run.nowMs });
process.stdout.write("finished\n", () => process.exit(0));
