import type { Database } from "#db/database.ts";
import { type Resealed, resealRows } from "./reseal-rows.server.ts";
import type { SecretBox } from "./secret-box.server.ts";
import { signingKeyOwner } from "./signing-key.server.ts";

interface Row {
  kid: string;
  private_key: Buffer;
}

/** Seals anew what an earlier secret key has sealed of the keys that sign tokens and seals. */
export const resealSigningKeys = (db: Database, secrets: SecretBox): Promise<Resealed> =>
  resealRows<Row>(db, {
    secrets,
    page: (sql, after, limit) => sql<Row[]>`
      select kid, private_key from signing_keys where kid > ${after?.kid ?? ""}
      order by kid
      limit ${limit}
      for no key update
    `,
    ownerOf: ({ kid }) => signingKeyOwner(kid),
    sealedOf: ({ private_key }) => [private_key],
    write: (sql, { kid }, [privateKey]) => sql`
      update signing_keys set private_key = ${privateKey ?? null} where kid = ${kid}
    `,
  });
