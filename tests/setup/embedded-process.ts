import { startEmbeddedPostgres } from "#db/embedded.server.ts";
import { silentLog } from "#db/log.ts";

// A process of its own that runs the embedded PostgreSQL until it is killed; tests start it.
const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error("Which data folder?");
const server = await startEmbeddedPostgres({ dataDir, log: silentLog });
process.on("SIGTERM", async () => {
  await server.stop();
  process.exit(0);
});
process.stdout.write(
  `${JSON.stringify({ ownerUrl: server.ownerUrl, pid: server.pid(), port: server.port })}\n`,
);
setInterval(() => {}, 60_000);
