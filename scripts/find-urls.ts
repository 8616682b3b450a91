import type { Env } from "#app/env.server.ts";
import { embeddedOwnerUrl } from "#db/embedded.server.ts";
import { derivedUrls, type RuntimeUrls } from "#db/roles.server.ts";

/** How a script connects as the runtime does. @throws when the embedded database does not run. */
export async function findUrls({ database, dataDir, secretKey }: Env): Promise<RuntimeUrls> {
  const { ownerUrl, tenantUrl, systemUrl } = database;
  if (tenantUrl !== undefined && systemUrl !== undefined) return { tenantUrl, systemUrl };
  const url = ownerUrl ?? (await embeddedOwnerUrl(dataDir));
  if (url === undefined) throw new Error(`There is no database in ${dataDir}. Start Signalbox once first.`);
  return derivedUrls(url, secretKey);
}
