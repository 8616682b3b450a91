import { beginPasswordReset as begin } from "#app/domain/auth/begin-password-reset.server.ts";
import type { JobPayload } from "../catalog.ts";
import type { TaskContext } from "./context.ts";

/** Mails the way to a new password, or does nothing where the address that was typed has no account. */
export async function beginPasswordReset(
  { db, mail }: TaskContext,
  { userId, tokenId, requestId, ipHash }: JobPayload<"begin-password-reset">,
): Promise<void> {
  if (userId === null) return;
  const request = { requestId, ipHash: ipHash === null ? null : Buffer.from(ipHash, "base64") };
  await db.asSystem((tx) => begin(tx, mail.linkTokens, { userId, tokenId, mail: "reset-password", request }));
}
