import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Database, Sql } from "#db/database.ts";
import { newId, toUuid } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { AppError, type FieldError } from "../errors.ts";
import { externalEventSchema, type RecordedActivity, type RecordedOutcome } from "./activity-schema.ts";
import type { AnyAuditEvent } from "./audit-event.ts";
import { type ExternalAction, externalActions, isExternalAction } from "./external-actions.ts";
import { insertAuditEvents } from "./insert-audit-events.server.ts";

export interface RecordActivityOptions {
  events: readonly unknown[];
  idempotencyKey?: string | undefined;
  request: RequestInfo;
}

/**
 * Records what a customer's own systems have done. Each event is judged for itself: a bad one is an
 * outcome and keeps none of the others back. The same call again with its key, within a day, gets the
 * first answer and records nothing.
 * @throws AppError forbidden; idempotency_mismatch: the key was used for another call
 */
export async function recordActivity(
  db: Database,
  actor: Actor,
  { events, idempotencyKey, request }: RecordActivityOptions,
): Promise<RecordedActivity> {
  if (!actor.scopes.has("activity:write"))
    throw new AppError("forbidden", "This needs the right activity:write.");
  const judged = events.map((event, index) => judge(event, index, actor, request));
  const recorded = judged.flatMap(({ event }) => (event === undefined ? [] : [event]));
  const answer: RecordedActivity = {
    results: judged.map(({ outcome }, index) => ({ index, ...outcome })),
    recorded: recorded.length,
    rejected: judged.length - recorded.length,
  };
  if (recorded.length === 0) return answer;
  return db.asTenantSql(actor.tenantId, async (sql) => {
    if (idempotencyKey !== undefined) {
      const first = await claimKey(sql, actor, idempotencyKey, digestOf(events), answer);
      if (first !== undefined) return first;
    }
    await insertAuditEvents(sql, recorded);
    return answer;
  });
}

interface Judged {
  outcome: RecordedOutcome;
  event?: AnyAuditEvent;
}

/** The event that a caller wants recorded, as theirs, or what is wrong with it. */
function judge(value: unknown, index: number, actor: Actor, request: RequestInfo): Judged {
  const parsed = externalEventSchema.safeParse(value);
  if (!parsed.success) return rejected(issuesOf(parsed.error, index, []));
  const { action, resource, status, correlationId, details } = parsed.data;
  if (!isExternalAction(action)) {
    const path = pathOf(index, ["action"]);
    return rejected([{ path, message: "is not an action that can be recorded from outside" }]);
  }
  const fitting = externalActions[action].details.safeParse(details);
  if (!fitting.success) return rejected(issuesOf(fitting.error, index, ["details"]));
  const id = newId("evt");
  return {
    outcome: { outcome: "recorded", id },
    event: externalEvent(action, {
      ...{ id, tenantId: actor.tenantId, actor, resource, status, request },
      ...{ correlationId: correlationId ?? null, details: fitting.data },
    }),
  };
}

/** The details were just read by the action's own schema, which the compiler cannot follow. */
const externalEvent = (action: ExternalAction, rest: Omit<AnyAuditEvent, "action">): AnyAuditEvent =>
  ({ ...rest, action }) as AnyAuditEvent;

function rejected(errors: FieldError[]): Judged {
  const [first] = errors;
  const detail = first === undefined ? "The event is not valid." : `${first.path}: ${first.message}.`;
  return { outcome: { outcome: "rejected", code: "invalid_input", detail, errors } };
}

const maxReportedErrors = 10;

const pathOf = (index: number, path: readonly PropertyKey[]): string =>
  ["events", index, ...path].map(String).join(".").slice(0, 200);

const issuesOf = (error: z.ZodError, index: number, under: readonly PropertyKey[]): FieldError[] =>
  error.issues
    .flatMap((issue): FieldError[] => {
      const at = [...under, ...issue.path];
      if (issue.code !== "unrecognized_keys")
        return [{ path: pathOf(index, at), message: issue.message.replace(/^Invalid input: /, "") }];
      return issue.keys.map((key) => ({
        path: pathOf(index, [...at, key]),
        message: "is not a known field",
      }));
    })
    .slice(0, maxReportedErrors);

/** Of what was asked for; the order of an object's members does not count. */
const digestOf = (events: readonly unknown[]): Buffer =>
  createHash("sha256")
    .update(
      JSON.stringify(events, (_name, value: unknown) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
          : value,
      ),
    )
    .digest();

/** Undefined when the key is now this call's; else what the call that had it first was answered. */
async function claimKey(
  sql: Sql,
  actor: Actor,
  key: string,
  hash: Buffer,
  answer: RecordedActivity,
): Promise<RecordedActivity | undefined> {
  const tenant = toUuid(actor.tenantId);
  const { count } = await sql`
    insert into activity_keys as used (tenant_id, actor_id, key, request_hash, answer)
    values (${tenant}, ${actor.id}, ${key}, ${hash}, ${JSON.stringify(answer)}::text::jsonb)
    on conflict (tenant_id, actor_id, key) do update
      set request_hash = excluded.request_hash, answer = excluded.answer, created_at = excluded.created_at
      where used.created_at <= now() - interval '24 hours'`;
  if (count > 0) return undefined;
  const [first] = await sql<{ request_hash: Buffer; answer: RecordedActivity }[]>`
    select request_hash, answer from activity_keys
    where tenant_id = ${tenant} and actor_id = ${actor.id} and key = ${key}`;
  if (first === undefined) throw new Error("A key that is taken cannot be read");
  if (!first.request_hash.equals(hash))
    throw new AppError("idempotency_mismatch", "This key was used for another call.");
  return first.answer;
}
