import { newId, type TenantId, toUuid } from "#db/ids.ts";
import { insertAuditEvents } from "../audit/insert-audit-events.server.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { AppError, invalidInput, notFound } from "../errors.ts";
import { requireAlertReach, requireAlertTenant } from "./alert-reach.server.ts";
import type { AlertServices } from "./answer-alert.server.ts";
import { definitionOf } from "./rule-kinds.ts";
import type { CreateSilenceInput, SilenceView } from "./rule-schema.ts";
import { selectSilences } from "./silence-row.server.ts";

/** Longer than any works or holidays; after that somebody has to want it once more. */
const longestDays = 366;
const maxActive = 200;

/**
 * Has nobody told of alerts that fit, until an end; they are counted and shown as ever.
 * @throws AppError invalid_input for an end that is past, or too far; conflict when there are too many;
 *   not_found for a tenant that is not there
 */
export async function createSilence(
  { db, bus }: AlertServices,
  actor: Actor,
  {
    input,
    tenantId: asked,
    request,
  }: { input: CreateSilenceInput; tenantId?: TenantId | undefined; request: RequestInfo },
): Promise<SilenceView> {
  const tenantId = requireAlertReach(actor, asked, "alerts:write");
  const { kind, subjectId, maxSeverity, reason, endsAt } = input;
  const id = newId("sil");
  const silence = await db.asTenantSql(tenantId, async (sql) => {
    await requireAlertTenant(sql, tenantId);
    const [state] = await sql<{ fits: boolean; active: number }[]>`
      select
        ${endsAt}::timestamptz > now()
          and ${endsAt}::timestamptz <= now() + make_interval(days => ${longestDays}) as fits,
        (select count(*)::int from alert_silences
          where tenant_id = ${toUuid(tenantId)} and ends_at > now()) as active`;
    if (state?.fits !== true) throw invalidInput("endsAt", "must be within the year to come");
    if (state.active >= maxActive)
      throw new AppError("conflict", `There are ${maxActive} silences already: end one first.`);
    await sql`
      insert into alert_silences (
        tenant_id, id, kind, subject_id, max_severity, reason, ends_at, created_by, created_name
      ) values (
        ${toUuid(tenantId)}, ${toUuid(id)}, ${kind}, ${subjectId}, ${maxSeverity}, ${reason},
        ${endsAt}::timestamptz, ${actor.id}, ${actor.name}
      )`;
    await insertAuditEvents(sql, [
      {
        ...{ tenantId, actor, request, action: "alert_silence.created" },
        resource: { id, name: kind === null ? null : definitionOf(kind).label },
        details: { kind, subjectId, maxSeverity, endsAt, reason },
      },
    ]);
    const [made] = await selectSilences(sql, tenantId, sql`silence.id = ${toUuid(id)}`);
    if (made === undefined) throw notFound("silence");
    return made;
  });
  bus.publishAlerts([toUuid(tenantId)]);
  return silence;
}
