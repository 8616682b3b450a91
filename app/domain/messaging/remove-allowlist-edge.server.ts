import { and, eq } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import { allowlistEdges } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { notFound } from "../errors.ts";
import { type EdgeEnds, readAgentNames } from "./add-allowlist-edge.server.ts";

/**
 * Takes the permission away. An edge that is not there is as good as removed.
 * @throws AppError not_found when either is no agent of the tenant.
 */
export async function removeAllowlistEdge(
  db: Database,
  actor: Actor,
  ends: EdgeEnds,
  request: RequestInfo,
): Promise<void> {
  await db.asTenant(actor.tenantId, (tx) => removeEdge(tx, actor, ends, request));
}

/** `removeAllowlistEdge` on the caller's transaction; gives whether there was one. */
export async function removeEdge(
  tx: Tx,
  actor: Actor,
  { senderId, recipientId }: EdgeEnds,
  request: RequestInfo,
): Promise<boolean> {
  const names = await readAgentNames(tx, actor, [senderId, recipientId]);
  const senderName = names.get(senderId);
  const recipientName = names.get(recipientId);
  if (senderName === undefined || recipientName === undefined) throw notFound("agent");
  const removed = await tx
    .delete(allowlistEdges)
    .where(
      and(
        eq(allowlistEdges.tenantId, actor.tenantId),
        eq(allowlistEdges.senderId, senderId),
        eq(allowlistEdges.recipientId, recipientId),
      ),
    )
    .returning({ senderId: allowlistEdges.senderId });
  if (removed.length === 0) return false;
  await recordAudit(tx, {
    tenantId: actor.tenantId,
    actor,
    action: "allowlist.edge.removed",
    resource: { id: senderId, name: senderName },
    request,
    details: { recipientId, recipientName },
  });
  return true;
}
