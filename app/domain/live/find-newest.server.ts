import type { Database } from "#db/database.ts";
import { madeAtMs } from "#db/ids.ts";
import { findNewestMessages } from "./find-newest-messages.server.ts";

/** Something that hints tell of. */
export interface WatchedSource {
  of: "messages" | "alerts" | "activity";
  tenantUuid: string;
  correlationId: string | null;
}

/** What was last there: another mark, when something has come. */
export interface Newest {
  mark: string;
  atMs: number;
}

/** The newest of each source, in the order asked; null where there is none. The safety net under hints. */
export async function findNewest(
  db: Database,
  sources: readonly WatchedSource[],
): Promise<(Newest | null)[]> {
  const ofMessages = sources.filter((source) => source.of === "messages");
  const ofAlerts = sources.filter((source) => source.of === "alerts");
  const [messages, alerts] = await Promise.all([
    findNewestMessages(db, ofMessages),
    findNewestAlerts(db, ofAlerts),
  ]);
  const found = new Map<WatchedSource, Newest | null>();
  for (const [n, source] of ofMessages.entries()) {
    const uuid = messages[n] ?? null;
    found.set(source, uuid === null ? null : { mark: uuid, atMs: madeAtMs(uuid) });
  }
  for (const [n, source] of ofAlerts.entries()) found.set(source, alerts[n] ?? null);
  return sources.map((source) => found.get(source) ?? null);
}

/** When something of the tenants' alerts last happened, or one that is not resolved was told. One query, two index probes a tenant. */
async function findNewestAlerts(db: Database, sources: readonly WatchedSource[]): Promise<(Newest | null)[]> {
  if (sources.length === 0) return [];
  const rows = await db.withSql(
    (sql) => sql<{ newest: Date | null; mark: string | null }[]>`
      select newest.at as newest, newest.at::text as mark
      from unnest(${sources.map(({ tenantUuid }) => tenantUuid)}::uuid[])
        with ordinality as asked (tenant_id, position)
      cross join lateral (
        select greatest(
          (select max(alert.last_at) from alerts alert where alert.tenant_id = asked.tenant_id),
          (select max(alert.told_at) from alerts alert
            where alert.tenant_id = asked.tenant_id and alert.told_at is not null and alert.status <> 'resolved')
        ) as at
      ) newest
      order by asked.position`,
    { readOnly: true },
  );
  return rows.map(({ newest, mark }) =>
    newest === null || mark === null ? null : { mark, atMs: newest.getTime() },
  );
}
