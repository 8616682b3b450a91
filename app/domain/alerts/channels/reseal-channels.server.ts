import type { Database } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { type Resealed, resealRows } from "../../auth/reseal-rows.server.ts";
import type { SecretBox } from "../../auth/secret-box.server.ts";
import { channelSecretOwner } from "./channel-secret.ts";

interface Row {
  tenant_id: string;
  id: string;
  secret: Buffer | null;
  previous_secret: Buffer | null;
}

/** Seals anew what an earlier secret key has sealed of the channels of all tenants. */
export const unsafeResealChannels = (db: Database, secrets: SecretBox): Promise<Resealed> =>
  resealRows<Row>(db, {
    secrets,
    page: (sql, after, limit) => sql<Row[]>`
      select tenant_id, id, secret, previous_secret from alert_channels
      where secret is not null and (tenant_id, id) > (${after?.tenant_id ?? nil}::uuid, ${after?.id ?? nil}::uuid)
      order by tenant_id, id
      limit ${limit}
      for no key update
    `,
    ownerOf: ({ tenant_id, id }) =>
      channelSecretOwner({ tenantId: toTypeId("ten", tenant_id), channelId: toTypeId("chn", id) }),
    sealedOf: ({ secret, previous_secret }) => [secret, previous_secret],
    write: (sql, { tenant_id, id }, [secret, previous]) => sql`
      update alert_channels set secret = ${secret ?? null}, previous_secret = ${previous ?? null}
      where tenant_id = ${tenant_id} and id = ${id}
    `,
  });

const nil = "00000000-0000-0000-0000-000000000000";
