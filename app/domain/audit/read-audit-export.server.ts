import { z } from "zod";
import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { type AuditReach, requireAuditReach } from "./audit-reach.server.ts";
import { listAuditLogs } from "./list-audit-logs.server.ts";

const finishedSchema = z.object({ rows: z.number(), bytes: z.number(), sha256: z.string() });
export type FinishedExport = z.infer<typeof finishedSchema>;

/**
 * What an export of the actor's came to, with the digest of what was sent.
 * @param of whose events it has; the actor's own tenant's when nobody is named
 * @throws AppError forbidden; not_found: there is no such export, or it has not ended well
 */
export async function readAuditExport(
  db: Database,
  actor: Actor,
  { id, of }: { id: string; of?: AuditReach | undefined },
): Promise<FinishedExport> {
  // An export is told of in the trail that it is of; of everybody's, in the service's own.
  const asked = requireAuditReach(actor, of);
  const reach = asked === "all" ? SYSTEM_TENANT_ID : asked;
  const { logs } = await listAuditLogs(db, actor, {
    filters: { action: "audit.export.finished", resourceId: id, actor: actor.id },
    reach,
    limit: 1,
  });
  const finished = finishedSchema.safeParse(logs[0]?.details);
  if (!finished.success) throw notFound("export");
  return finished.data;
}
