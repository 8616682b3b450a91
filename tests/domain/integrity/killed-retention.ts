import { Readable, Transform } from "node:stream";
import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import { runRetention } from "#app/domain/integrity/archive/run-retention.server.ts";
import type { ArchiveStore } from "#app/domain/integrity/store/archive-store.ts";
import { createFolderStore } from "#app/domain/integrity/store/folder-store.server.ts";
import { createS3Store, type S3Settings } from "#app/domain/integrity/store/s3-store.server.ts";
import { createDatabase } from "#db/client.server.ts";
import type { Database, SqlWork, TransactionOptions } from "#db/database.ts";

// One run of retention in a process of its own that is killed at a step: before, within and after each
// transaction and each access to the store. It says where, or that it came to its end.

export interface KilledRun {
  tenantUrl: string;
  systemUrl: string;
  store: { folder: string } | { s3: S3Settings };
  killAt: number;
}

const run: KilledRun = JSON.parse(process.argv[2] ?? "");
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

const real = "s3" in run.store ? createS3Store(run.store.s3) : createFolderStore(run.store.folder);
const store: ArchiveStore = {
  ...real,
  place: real.place,
  async put(name, content) {
    step(`before ${name}`);
    const killing = new Transform({
      transform(chunk, _encoding, done) {
        step(`within ${name}`);
        done(null, chunk);
      },
    });
    await real.put(name, typeof content === "string" ? content : content.pipe(killing));
    step(`after ${name}`);
  },
  async open(name) {
    step(`before reading ${name}`);
    const content = await real.open(name);
    return content === undefined ? undefined : Readable.from(content);
  },
  async remove(name) {
    step(`before removing ${name}`);
    await real.remove(name);
    step(`after removing ${name}`);
  },
};

const secrets = createSecretBox("a secret key for tests, of at least 32 characters");
await runRetention(db, { secrets, store }, { leaseMs: 1 });
process.stdout.write("finished\n", () => process.exit(0));
