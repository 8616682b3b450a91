import { eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { newId } from "#db/ids.ts";
import { users } from "#db/schema/index.ts";
import { enqueueJob } from "#jobs/enqueue.ts";
import type { RequestInfo } from "./actor.ts";
import { normalizeEmail } from "./email.ts";

/**
 * Somebody has forgotten the password of an address. The same statements run whether or not it has an
 * account, one look-up and one job, so that neither the answer nor its time tells; the job does the rest.
 */
export async function requestPasswordReset(
  db: Database,
  { email, request }: { email: string; request: RequestInfo },
): Promise<void> {
  await db.asSystem(async (tx) => {
    const [user] = await tx
      .select({ id: users.id })
      .from(users)
      .where(eq(users.email, normalizeEmail(email)));
    await enqueueJob(tx, "begin-password-reset", {
      userId: user?.id ?? null,
      tokenId: newId("ott"),
      requestId: request.requestId,
      ipHash: request.ipHash?.toString("base64") ?? null,
    });
  });
}
