import type { Logger } from "pino";
import { startEmbeddedPostgres } from "#db/embedded.server.ts";
import { migrate } from "#db/migrate.server.ts";
import type { RuntimeUrls } from "#db/roles.server.ts";
import { jobTaskNames } from "#jobs/catalog.ts";
import type { Env } from "../env.server.ts";

export interface StartedDatabase {
  urls: RuntimeUrls;
  stop(): Promise<void>;
}

/** The database of the environment, or else the embedded one; migrated either way. */
export async function startDatabase(env: Env, log: Logger): Promise<StartedDatabase> {
  const { ownerUrl, tenantUrl, systemUrl } = env.database;
  const embedded =
    ownerUrl === undefined ? await startEmbeddedPostgres({ dataDir: env.dataDir, log }) : undefined;
  const stop = async () => embedded?.stop();
  try {
    const urls = await migrate({
      ownerUrl: ownerUrl ?? embedded?.ownerUrl ?? "",
      secretKey: env.secretKey,
      tenantUrl,
      systemUrl,
      jobTasks: jobTaskNames,
      log,
    });
    return { urls, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
