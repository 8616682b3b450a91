import type { Database } from "#db/database.ts";
import { parseId, toUuid } from "#db/ids.ts";
import type { ArchiveStore } from "./store/archive-store.ts";
import { anchorPrefix } from "./store-names.ts";

/** A tenant that has a trail, here or as far as the archive store knows. */
export interface Trail {
  tenantUuid: string;
  slug: string;
}

/** Also those of which nothing is left in the database: their anchors tell of them. */
export async function listTrails(db: Database, store: ArchiveStore): Promise<Trail[]> {
  const rows = await db.withSql(
    (sql) => sql<{ id: string; slug: string }[]>`
      select tenant.id, tenant.slug from tenants tenant
      where exists (select from audit_chains chain where chain.tenant_id = tenant.id)
        or exists (select from audit_events event where event.tenant_id = tenant.id)
      order by tenant.slug
    `,
    { readOnly: true },
  );
  const trails = new Map(rows.map(({ id, slug }) => [id, { tenantUuid: id, slug }]));
  for await (const name of store.list(anchorPrefix)) {
    const tenantId = parseId(name.slice(anchorPrefix.length).replace(/\.json$/, ""), "ten");
    if (tenantId === undefined) continue;
    const tenantUuid = toUuid(tenantId);
    if (!trails.has(tenantUuid)) trails.set(tenantUuid, { tenantUuid, slug: tenantId });
  }
  return [...trails.values()];
}
