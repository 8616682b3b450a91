import type { Database } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { type Resealed, resealRows } from "../../auth/reseal-rows.server.ts";
import type { SecretBox } from "../../auth/secret-box.server.ts";
import { secretOwner } from "./secret-owner.ts";

interface Row {
  tenant_id: string;
  agent_id: string;
  secret: Buffer;
  previous_secret: Buffer | null;
}

/** Seals anew what an earlier secret key has sealed of the endpoints of all tenants. */
export const unsafeResealEndpoints = (db: Database, secrets: SecretBox): Promise<Resealed> =>
  resealRows<Row>(db, {
    secrets,
    page: (sql, after, limit) => sql<Row[]>`
      select tenant_id, agent_id, secret, previous_secret from endpoints
      where (tenant_id, agent_id) > (${after?.tenant_id ?? nil}::uuid, ${after?.agent_id ?? nil}::uuid)
      order by tenant_id, agent_id
      limit ${limit}
      for no key update
    `,
    ownerOf: ({ tenant_id, agent_id }) =>
      secretOwner({ tenantId: toTypeId("ten", tenant_id), agentId: toTypeId("agt", agent_id) }),
    sealedOf: ({ secret, previous_secret }) => [secret, previous_secret],
    write: (sql, { tenant_id, agent_id }, [secret, previous]) => sql`
      update endpoints set secret = ${secret ?? null}, previous_secret = ${previous ?? null}
      where tenant_id = ${tenant_id} and agent_id = ${agent_id}
    `,
  });

const nil = "00000000-0000-0000-0000-000000000000";
