import { createDatabase } from "#db/client.server.ts";
import { silentLog } from "#db/log.ts";
import { handlers } from "#jobs/task-list.ts";
import { startWorker } from "#jobs/worker.ts";
import { mailServices } from "#tests/setup/mail-services.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { trailServices } from "#tests/setup/trail-services.ts";

// A worker in a process of its own whose jobs never end; tests kill it.
const [tenantUrl, systemUrl] = process.argv.slice(2);
if (tenantUrl === undefined || systemUrl === undefined) throw new Error("Which database?");
const never = () => {
  process.stdout.write("holding\n");
  return new Promise<void>(() => {});
};
await startWorker({
  systemUrl,
  db: createDatabase({ tenantUrl, systemUrl, poolSize: 2 }),
  push: pushServices(),
  trail: trailServices(),
  mail: mailServices(),
  notices: noticeServices(),
  log: {
    ...silentLog,
    error: (fields, message) => process.stderr.write(`${message} ${String(Reflect.get(fields, "err"))}\n`),
  },
  handlers: { ...handlers, "purge-sessions": never, "expire-deliveries": never },
  heartbeatMs: 200,
  deadAfterMs: 1_000,
});
