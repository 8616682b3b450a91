import { and, eq, ne } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import { newId, toUuid, type UserId } from "#db/ids.ts";
import { agents, erasures, memberships, tenants, users } from "#db/schema/index.ts";
import { enqueueJob } from "#jobs/enqueue.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { AppError, notFound } from "../errors.ts";
import { requirePerson } from "./require-person.ts";
import type { ErasureSubject, ErasureView, RequestErasure } from "./schema.ts";

/**
 * A message gets its id and its time before it is committed. By then whatever was sent before the
 * request is there to be found, or never will be: no write lasts that long.
 */
const settleMs = 5_000;

/**
 * Asks for the contents of what an agent or a person has written to be emptied; a job does it.
 * @throws AppError not_found for a subject that is not there; conflict while an earlier request for it is under way.
 */
export async function requestErasure(
  db: Database,
  actor: Actor,
  { subjectId, includeReceived, reason }: RequestErasure,
  request: RequestInfo,
): Promise<ErasureView> {
  requirePerson(actor);
  const { tenantId } = actor;
  return db.asTenant(tenantId, async (tx) => {
    // Two requests for one subject at once: the second finds the first.
    await tx.select({ id: tenants.id }).from(tenants).where(eq(tenants.id, tenantId)).for("no key update");
    const { subject, userId } = await findSubject(tx, actor, subjectId);
    const [open] = await tx
      .select({ id: erasures.id })
      .from(erasures)
      .where(
        and(
          eq(erasures.tenantId, tenantId),
          eq(erasures.subjectId, toUuid(subjectId)),
          ne(erasures.state, "done"),
        ),
      );
    if (open !== undefined)
      throw new AppError("conflict", `The contents of ${subject.name} are being erased already.`);
    const id = newId("ers");
    const [row] = await tx
      .insert(erasures)
      .values({
        tenantId,
        id,
        subjectKind: subject.kind,
        subjectId: toUuid(subjectId),
        userId,
        includeReceived,
        reason,
        requestedBy: actor.id,
      })
      .returning({ createdAt: erasures.createdAt });
    if (row === undefined) throw new Error("The request was not stored");
    await recordAudit(tx, {
      tenantId,
      actor,
      action: "erasure.requested",
      // A person's name would stay in this event, which is neither theirs nor done to them.
      resource: { id, name: subject.kind === "agent" ? subject.name : null },
      request,
      details: { subjectId, includeReceived, reason },
    });
    const runAt = new Date(row.createdAt.getTime() + settleMs);
    await enqueueJob(tx, "erase-contents", { tenantId, erasureId: id }, { runAt });
    return {
      id,
      subject,
      includeReceived,
      reason,
      state: "waiting",
      erased: 0,
      heldBack: 0,
      requestedBy: { id: actor.id, name: actor.name },
      createdAt: row.createdAt.toISOString(),
      finishedAt: null,
    };
  });
}

async function findSubject(
  tx: Tx,
  { tenantId }: Actor,
  id: RequestErasure["subjectId"],
): Promise<{ subject: ErasureSubject; userId: UserId | null }> {
  if (isAgentId(id)) {
    const [agent] = await tx
      .select({ name: agents.name })
      .from(agents)
      .where(and(eq(agents.tenantId, tenantId), eq(agents.id, id)));
    if (agent === undefined) throw notFound("agent");
    return { subject: { id, kind: "agent", name: agent.name }, userId: null };
  }
  const [member] = await tx
    .select({ name: users.name, userId: memberships.userId })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(and(eq(memberships.tenantId, tenantId), eq(memberships.id, id)));
  if (member === undefined) throw notFound("member");
  return { subject: { id, kind: "member", name: member.name }, userId: member.userId };
}

const isAgentId = (id: RequestErasure["subjectId"]): id is Extract<typeof id, `agt_${string}`> =>
  id.startsWith("agt_");
