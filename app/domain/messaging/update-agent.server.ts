import { and, eq, sql } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import { type AgentId, toUuid } from "#db/ids.ts";
import { agents, mailboxes } from "#db/schema/index.ts";
import { enqueueJob } from "#jobs/enqueue.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { tierCatalogue } from "../catalogue.ts";
import { notFound } from "../errors.ts";
import type { AgentView, UpdateAgentInput } from "./agent-schema.ts";
import { type AgentRow, agentColumns, isItsMailbox, toAgentView } from "./agent-view.server.ts";
import { releaseJobKey } from "./push/change-endpoint.server.ts";

const describedFields = [
  "name",
  "description",
  "modelTier",
  "thinkingMode",
  "tokenQuota",
  "mailboxMode",
] as const;
type Described = Pick<AgentRow, (typeof describedFields)[number]>;
type Changes = Partial<Record<keyof Described, { from: string | number | null; to: string | number | null }>>;

/**
 * Changes an agent, pauses or resumes it. What is the same already is no change and not recorded.
 * @throws AppError not_found.
 */
export async function updateAgent(
  db: Database,
  actor: Actor,
  agentId: AgentId,
  input: UpdateAgentInput,
  request: RequestInfo,
): Promise<AgentView> {
  return db.asTenant(actor.tenantId, (tx) => changeAgent(tx, actor, agentId, input, request));
}

/** `updateAgent` on the caller's transaction. */
export async function changeAgent(
  tx: Tx,
  actor: Actor,
  agentId: AgentId,
  input: UpdateAgentInput,
  request: RequestInfo | null,
): Promise<AgentView> {
  const isThisAgent = and(eq(agents.tenantId, actor.tenantId), eq(agents.id, agentId));
  // Only the agent's row: its mailbox's is what senders wait for. Whoever changes the mode holds this one.
  const [before] = await tx
    .select(agentColumns)
    .from(agents)
    .innerJoin(mailboxes, isItsMailbox)
    .where(isThisAgent)
    .for("no key update", { of: agents });
  if (before === undefined) throw notFound("agent");

  const after = describe(before, input);
  const changes = difference(before, after);
  const isDescribed = Object.keys(changes).length > 0;
  const move = statusMove(before, input);
  if (!isDescribed && move === undefined) return toAgentView(before);

  const { mailboxMode, ...profile } = after;
  const [updated] = await tx
    .update(agents)
    .set({
      ...profile,
      ...(move === "pause" && {
        status: "paused",
        pausedAt: sql`now()`,
        pausedReason: input.pausedReason ?? null,
      }),
      ...(move === "resume" && { status: "active", pausedAt: null, pausedReason: null }),
      updatedAt: sql`now()`,
    })
    .where(isThisAgent)
    .returning();
  if (updated === undefined) throw new Error("The locked agent was not updated");
  if (mailboxMode !== before.mailboxMode)
    await tx
      .update(mailboxes)
      .set({ mode: mailboxMode })
      .where(and(eq(mailboxes.tenantId, actor.tenantId), eq(mailboxes.id, toUuid(agentId))));
  // What waits for the endpoint is for whoever reads or claims from now on.
  if (before.mailboxMode === "push" && mailboxMode !== "push")
    await enqueueJob(
      tx,
      "release-mailbox",
      { tenantId: actor.tenantId, agentId },
      { jobKey: releaseJobKey(agentId) },
    );

  const resource = { id: agentId, name: after.name };
  const common = { tenantId: actor.tenantId, actor, resource, request };
  if (isDescribed) await recordAudit(tx, { ...common, action: "agent.updated", details: { changes } });
  if (move !== undefined) await recordMove(tx, common, move, input);
  return toAgentView({ ...before, ...updated, mailboxMode });
}

function describe(before: AgentRow, input: UpdateAgentInput): Described {
  const modelTier = input.modelTier ?? before.modelTier;
  return {
    name: input.name ?? before.name,
    description: input.description === undefined ? before.description : input.description,
    modelTier,
    thinkingMode: input.thinkingMode ?? before.thinkingMode,
    // The quota is the tier's, so it goes with it.
    tokenQuota:
      input.modelTier === undefined || input.modelTier === before.modelTier
        ? before.tokenQuota
        : tierCatalogue[input.modelTier].tokenQuota,
    mailboxMode: input.mailboxMode ?? before.mailboxMode,
  };
}

function difference(before: AgentRow, after: Described): Changes {
  const changes: Changes = {};
  for (const field of describedFields)
    if (before[field] !== after[field]) changes[field] = { from: before[field], to: after[field] };
  return changes;
}

/** Pausing a paused agent again is a change when it gives another reason. */
function statusMove(before: AgentRow, input: UpdateAgentInput): "pause" | "resume" | undefined {
  if (input.status === "active") return before.status === "active" ? undefined : "resume";
  if (input.status !== "paused") return undefined;
  if (before.status !== "paused") return "pause";
  return input.pausedReason !== undefined && input.pausedReason !== before.pausedReason ? "pause" : undefined;
}

async function recordMove(
  tx: Tx,
  common: {
    tenantId: Actor["tenantId"];
    actor: Actor;
    resource: { id: AgentId; name: string };
    request: RequestInfo | null;
  },
  move: "pause" | "resume",
  input: UpdateAgentInput,
): Promise<void> {
  if (move === "resume") return recordAudit(tx, { ...common, action: "agent.resumed", details: {} });
  return recordAudit(tx, {
    ...common,
    action: "agent.paused",
    details: { reason: input.pausedReason ?? null },
  });
}
