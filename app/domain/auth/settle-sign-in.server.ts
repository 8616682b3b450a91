import { and, eq, sql } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { UserId } from "#db/ids.ts";
import { signInFailures, signInPlaces, users } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { RequestInfo } from "./actor.ts";
import type { CheckedPerson } from "./check-password.server.ts";
import type { CountedFailure, SignInAttempt } from "./sign-in-attempt.server.ts";
import { patience } from "./sign-in-delays.ts";

export interface SettledSignIn {
  newDevice?: boolean;
  newNetwork?: boolean;
  /** Never of the first one that is known of them: what was not looked at before is no news. */
  newLocation?: boolean;
  country?: string;
  /** Nothing was known of them, so that everything is new. */
  first?: true;
}

/**
 * What a sign-in that succeeded leaves behind, on the transaction that begins its session: the attempt
 * counts as no failure any more, and the place is one that the person is known at. Says what of it is new.
 */
export async function settleSignIn(
  tx: Tx,
  person: CheckedPerson,
  request: RequestInfo,
): Promise<SettledSignIn> {
  const { attempt } = person;
  if (attempt === undefined) return {};
  await takeBackAttempt(tx, attempt, person, request);
  const { device, network, location, country } = attempt.place;
  const userId = person.userId;
  const known = await readKnown(tx, userId);
  const seen = await tx
    .insert(signInPlaces)
    .values([
      ...(device === null ? [] : [{ userId, kind: "device", hash: device }]),
      { userId, kind: "network", hash: network },
      ...(location === null ? [] : [{ userId, kind: "location", hash: location }]),
    ])
    .onConflictDoUpdate({
      target: [signInPlaces.userId, signInPlaces.kind, signInPlaces.hash],
      set: { lastSeenAt: sql`now()` },
    })
    .returning({ kind: signInPlaces.kind, isNew: sql<boolean>`xmax = 0` });
  const isNew = (kind: string) => seen.some((place) => place.kind === kind && place.isNew);
  return {
    ...(device !== null && { newDevice: isNew("device") }),
    newNetwork: isNew("network"),
    ...(location !== null && { newLocation: isNew("location") && known.locations > 0 }),
    ...(country !== undefined && { country }),
    ...(known.places === 0 && known.isYoung && { first: true as const }),
  };
}

/** Places are forgotten after 400 days: of an account that is older, somewhere new is news whatever is known. */
async function readKnown(tx: Tx, userId: UserId) {
  const [known] = await tx
    .select({
      places: sql<number>`count(${signInPlaces.hash})::int`,
      locations: sql<number>`(count(*) filter (where ${signInPlaces.kind} = 'location'))::int`,
      isYoung: sql<boolean>`${users.createdAt} > now() - interval '400 days'`,
    })
    .from(users)
    .leftJoin(signInPlaces, eq(signInPlaces.userId, users.id))
    .where(eq(users.id, userId))
    .groupBy(users.id);
  return known ?? { places: 0, locations: 0, isYoung: false };
}

/** The password was right: the attempt is no failure any more, and a wait of the account's is over. */
export async function takeBackAttempt(
  tx: Tx,
  { counted }: SignInAttempt,
  whose: Pick<CheckedPerson, "userId" | "name" | "tenantId">,
  request: RequestInfo,
): Promise<void> {
  for (const failure of counted) {
    if (failure.kind === "address") await takeBack(tx, failure);
    else await forget(tx, whose, failure, request);
  }
}

/** The address's other failures stay: whoever guesses has an account of their own to sign in to in between. */
async function takeBack(tx: Tx, { kind, hash, failures }: CountedFailure): Promise<void> {
  await tx
    .update(signInFailures)
    .set({
      failures: sql`greatest(${signInFailures.failures} - 1, 0)`,
      blockedUntil: sql`case when ${signInFailures.failures} > ${failures} then ${signInFailures.blockedUntil} end`,
    })
    .where(and(eq(signInFailures.kind, kind), eq(signInFailures.hash, hash)));
}

async function forget(
  tx: Tx,
  { userId, name, tenantId }: Pick<CheckedPerson, "userId" | "name" | "tenantId">,
  { kind, hash, failures }: CountedFailure,
  request: RequestInfo,
): Promise<void> {
  await tx.delete(signInFailures).where(and(eq(signInFailures.kind, kind), eq(signInFailures.hash, hash)));
  // This attempt is one of them.
  if (failures <= patience.account.failures) return;
  await recordAudit(tx, {
    ...{ tenantId, request, action: "auth.account.unlocked" },
    actor: { kind: "user", id: userId, name },
    resource: { id: userId, name },
    details: { by: "sign_in" },
  });
}
