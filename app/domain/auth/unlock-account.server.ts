import { and, eq, inArray } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import type { TenantId, UserId } from "#db/ids.ts";
import { signInFailures, signInPlaces } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { RequestInfo } from "./actor.ts";
import { normalizeEmail } from "./email.ts";
import type { KeyedDigest } from "./keyed-digest.server.ts";
import { patience } from "./sign-in-delays.ts";
import { accountDigest } from "./sign-in-place.ts";

export interface UnlockAccountOptions {
  userId: UserId;
  name: string;
  email: string;
  /** Where the event goes. */
  tenantId: TenantId;
  by: "reset" | "person";
  digest: KeyedDigest;
  request: RequestInfo | null;
}

/**
 * Forgets an account's failed sign-ins, wherever they were tried from: the person has shown in another
 * way who they are. On the transaction of what has shown it.
 */
export async function unlockAccount(tx: Tx, options: UnlockAccountOptions): Promise<void> {
  const { userId, name, tenantId, by, digest, request } = options;
  const email = normalizeEmail(options.email);
  const places = await tx
    .select({ hash: signInPlaces.hash })
    .from(signInPlaces)
    .where(eq(signInPlaces.userId, userId));
  const hashes = [null, ...places.map(({ hash }) => hash)].map((known) =>
    accountDigest(digest, email, known),
  );
  const forgotten = await tx
    .delete(signInFailures)
    .where(and(eq(signInFailures.kind, "account"), inArray(signInFailures.hash, hashes)))
    .returning({ failures: signInFailures.failures });
  if (!forgotten.some(({ failures }) => failures >= patience.account.failures)) return;
  await recordAudit(tx, {
    ...{ tenantId, request, action: "auth.account.unlocked" },
    actor: { kind: "user", id: userId, name },
    resource: { id: userId, name },
    details: { by },
  });
}
