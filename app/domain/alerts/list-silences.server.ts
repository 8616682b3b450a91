import type { Database } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { requireAlertReach } from "./alert-reach.server.ts";
import type { SilenceView } from "./rule-schema.ts";
import { selectSilences } from "./silence-row.server.ts";

/**
 * What nobody is told of now, and was not of late; what ends last comes first.
 * @throws AppError forbidden
 */
export async function listSilences(
  db: Database,
  actor: Actor,
  { tenantId: asked }: { tenantId?: TenantId | undefined } = {},
): Promise<SilenceView[]> {
  const tenantId = requireAlertReach(actor, asked, "alerts:read");
  return db.asTenantSql(tenantId, (sql) => selectSilences(sql, tenantId, sql`true`), { readOnly: true });
}
