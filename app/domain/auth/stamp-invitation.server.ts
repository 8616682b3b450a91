import { sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import type { InvitationId } from "#db/ids.ts";
import { digestLinkToken, type LinkTokens } from "../mail/link-tokens.server.ts";
import { invitationDays } from "./invitation-schema.ts";
import { invitationToken } from "./mailed-links.ts";

/** What asking somebody takes. */
export interface InvitationService {
  db: Database;
  linkTokens: LinkTokens;
}

/**
 * When an invitation is sent, until when it is open, and the digest of the token that follows from the two:
 * a link that was sent before is void. The time is the database's, in the whole milliseconds that the token
 * is made of.
 */
export async function stampInvitation(tx: Tx, linkTokens: LinkTokens, id: InvitationId) {
  const [row] = await tx.execute<{ now: string }>(
    sql`select to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now`,
  );
  if (row === undefined) throw new Error("The database told no time");
  const sentAt = new Date(row.now);
  return {
    sentAt,
    expiresAt: sql`now() + make_interval(days => ${invitationDays})`,
    tokenHash: digestLinkToken(invitationToken(linkTokens, { id, sentAt })),
  };
}
