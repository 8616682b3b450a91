import { createDatabase } from "#db/client.server.ts";
import { silentLog } from "#db/log.ts";
import { startWorker } from "#jobs/worker.ts";
import { mailServices } from "#tests/setup/mail-services.ts";
import { noticeServices } from "#tests/setup/notice-services.ts";
import { pushServices } from "#tests/setup/push-services.ts";
import { trailServices } from "#tests/setup/trail-services.ts";

// A worker in a process of its own that tells channels; tests kill it.
const [tenantUrl, systemUrl, places] = process.argv.slice(2);
if (tenantUrl === undefined || systemUrl === undefined) throw new Error("Which database?");
await startWorker({
  systemUrl,
  db: createDatabase({ tenantUrl, systemUrl, poolSize: 2 }),
  push: pushServices(),
  trail: trailServices(),
  mail: mailServices(),
  notices: noticeServices({ places }),
  log: {
    ...silentLog,
    error: (fields, message) => process.stderr.write(`${message} ${String(Reflect.get(fields, "err"))}\n`),
  },
  heartbeatMs: 200,
  deadAfterMs: 1_000,
});
