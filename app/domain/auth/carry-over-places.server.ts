import type { Sql } from "#db/database.ts";
import { toUuid, type UserId } from "#db/ids.ts";
import { digestPlace, type PlaceDigests, type SignInPlace } from "./sign-in-place.ts";

const kinds = ["device", "network", "location"] as const;

/**
 * After the server's secret key was changed: where a person is known by digests under an earlier one, they
 * are known by those under the newest. Nothing where there is no earlier one.
 */
export async function carryOverPlaces(
  sql: Sql,
  userId: UserId,
  place: SignInPlace,
  now: PlaceDigests,
): Promise<void> {
  for (const digest of place.digest.earlier ?? []) {
    const before = digestPlace({ ...place, digest }, "");
    for (const kind of kinds) {
      const [from, to] = [before[kind], now[kind]];
      if (from === null || to === null) continue;
      await sql`
        update sign_in_places place set hash = ${to}
        where user_id = ${toUuid(userId)} and kind = ${kind} and hash = ${from}
          and not exists (
            select from sign_in_places other
            where other.user_id = place.user_id and other.kind = place.kind and other.hash = ${to}
          )
      `;
    }
  }
}
