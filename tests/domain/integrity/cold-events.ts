import { readLine } from "#app/domain/integrity/archive/archive-lines.ts";
import { readLines } from "#app/domain/integrity/archive/read-lines.server.ts";
import type { ArchiveStore } from "#app/domain/integrity/store/archive-store.ts";
import { parseId, type TenantId, toUuid } from "#db/ids.ts";
import type { TrailFixture } from "./trail-fixture.ts";

/** UUIDs of the events in a tenant's archives that the database knows as written. */
export async function coldEvents(
  trail: TrailFixture,
  store: ArchiveStore,
  tenantId: TenantId,
): Promise<string[]> {
  const archives = await trail.owner<{ file: string }[]>`
    select file from audit_archives where tenant_id = ${toUuid(tenantId)} and state = 'written'`;
  const ids: string[] = [];
  for (const { file } of archives) {
    const content = await store.open(file);
    if (content === undefined) throw new Error(`${file} is gone`);
    for await (const lines of readLines(content))
      for (const text of lines) {
        const line = readLine(text);
        if (line === undefined || !("event" in line)) continue;
        const id = parseId(line.event.id, "evt");
        if (id !== undefined && line.event.action === "agent.paused") ids.push(toUuid(id));
      }
  }
  return ids;
}

export async function storedFiles(store: ArchiveStore, tenantId: TenantId): Promise<string[]> {
  const names: string[] = [];
  for await (const name of store.list(`audit/archives/${tenantId}/`)) names.push(name);
  return names.sort();
}
