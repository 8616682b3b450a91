import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addAlertNote } from "#app/domain/alerts/add-alert-note.server.ts";
import { answerAlert } from "#app/domain/alerts/answer-alert.server.ts";
import { answerAlerts } from "#app/domain/alerts/answer-alerts.server.ts";
import type { AlertAnswer } from "#app/domain/alerts/answering.server.ts";
import { readAlert } from "#app/domain/alerts/read-alert.server.ts";
import type { Actor } from "#app/domain/auth/actor.ts";
import { platformAdminScopes } from "#app/domain/auth/scopes.ts";
import { type AlertId, newId, newUuid, toUuid } from "#db/ids.ts";
import { createTestDatabase, type TestDatabase } from "../../setup/database.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "../../setup/tenant-fixture.ts";
import { plantAlert } from "./an-alert.ts";

let database: TestDatabase;
let tenant: TenantFixture;
let other: TenantFixture;
const published: string[] = [];
const services = () => ({
  db: database.db,
  bus: { publishAlerts: (tenants: Iterable<string>) => void published.push(...tenants) },
});
/** A channel that hears of beginnings and ends. */
const channel = newUuid();

beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
  other = await createTenantFixture(database.db);
  await database.owner`
    insert into alert_channels (tenant_id, id, kind, name) values (${toUuid(tenant.tenantId)}, ${channel}, 'email', 'On call')`;
});
beforeEach(() => void published.splice(0));
afterAll(() => database.drop());

const answer = (alertId: AlertId, given: AlertAnswer, actor: Actor = tenant.admin) =>
  answerAlert(services(), actor, { alertId, answer: given, request: aRequest });

const entriesOf = async (alertId: AlertId) =>
  (await readAlert(database.db, tenant.admin, { alertId })).entries.map(({ kind, text, actor }) => ({
    ...{ kind, text, by: actor.name },
  }));

const auditOf = async (alertId: AlertId) =>
  (
    await database.owner<{ action: string }[]>`
      select action from audit_events where tenant_id = ${toUuid(tenant.tenantId)} and resource_id = ${alertId}
      order by xid, id`
  ).map(({ action }) => action);

const tellingsOf = async (alertId: AlertId) =>
  (
    await database.owner<{ reason: string }[]>`
      select reason from alert_deliveries where alert_id = ${toUuid(alertId)} and status = 'pending' order by id`
  ).map(({ reason }) => reason);

/** As if the channel had been told that it began. */
const wasTold = (alertId: AlertId) => database.owner`
  insert into alert_deliveries (tenant_id, id, channel_id, alert_id, reason, content, status)
  values (${toUuid(tenant.tenantId)}, ${newUuid()}, ${channel}, ${toUuid(alertId)}, 'opened', '{}', 'delivered')`;

describe("an answer to an alert", () => {
  it("acknowledges it, says so to who was told of it, and is given once however often it comes", async () => {
    const alertId = await plantAlert(database.owner, tenant.tenantId);
    await wasTold(alertId);
    const first = await answer(alertId, { kind: "acknowledge", note: "on it" });
    expect(first).toMatchObject({ status: "acknowledged", acknowledgedBy: tenant.admin.name });
    expect(published).toEqual([toUuid(tenant.tenantId)]);
    expect(await answer(alertId, { kind: "acknowledge", note: "again" })).toEqual(first);
    expect(published).toHaveLength(1);
    expect(await entriesOf(alertId)).toEqual([
      { kind: "acknowledged", text: "on it", by: tenant.admin.name },
    ]);
    expect(await auditOf(alertId)).toEqual(["alert.acknowledged"]);
    expect(await tellingsOf(alertId)).toEqual(["acknowledged"]);
  });

  it("tells no end to channels that never heard of the beginning", async () => {
    const alertId = await plantAlert(database.owner, tenant.tenantId);
    await answer(alertId, { kind: "acknowledge" });
    await answer(alertId, { kind: "resolve" });
    expect(await tellingsOf(alertId)).toEqual([]);
  });

  it("can be taken back", async () => {
    const alertId = await plantAlert(database.owner, tenant.tenantId, { status: "acknowledged" });
    const view = await answer(alertId, { kind: "unacknowledge" });
    expect(view).toMatchObject({ status: "open", acknowledgedAt: null, acknowledgedBy: null });
    await answer(alertId, { kind: "unacknowledge" });
    expect(await auditOf(alertId)).toEqual(["alert.unacknowledged"]);
  });

  it("resolves it for good, with a note", async () => {
    const alertId = await plantAlert(database.owner, tenant.tenantId);
    await wasTold(alertId);
    const view = await answer(alertId, { kind: "resolve", note: "rotated the key" });
    expect(view).toMatchObject({
      ...{ status: "resolved", resolution: "rotated the key", snoozedUntil: null },
    });
    expect(await answer(alertId, { kind: "resolve", note: "other words" })).toEqual(view);
    for (const given of [{ kind: "acknowledge" }, { kind: "snooze", minutes: 5 }] as const)
      await expect(answer(alertId, given)).rejects.toMatchObject({ code: "conflict" });
    expect(await auditOf(alertId)).toEqual(["alert.resolved"]);
    expect(await tellingsOf(alertId)).toEqual(["resolved"]);
  });

  it("snoozes it until a time to come, and ends that", async () => {
    const alertId = await plantAlert(database.owner, tenant.tenantId);
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const view = await answer(alertId, { kind: "snooze", until });
    expect(Date.parse(view.snoozedUntil ?? "")).toBe(Date.parse(until));
    await answer(alertId, { kind: "snooze", until });
    await answer(alertId, { kind: "snooze", minutes: 120 });
    await answer(alertId, { kind: "snooze", minutes: 120 });
    expect(await auditOf(alertId)).toEqual(["alert.snoozed", "alert.snoozed"]);
    expect((await answer(alertId, { kind: "unsnooze" })).snoozedUntil).toBeNull();
    await answer(alertId, { kind: "unsnooze" });
    expect((await auditOf(alertId)).slice(2)).toEqual(["alert.unsnoozed"]);
    expect(await tellingsOf(alertId)).toEqual(["unsnoozed"]);
  });

  it.each([
    ["is over", -60_000],
    ["is more than 30 days away", 31 * 24 * 3_600_000],
  ])("is refused as a snooze whose end %s", async (_what, fromNowMs) => {
    const alertId = await plantAlert(database.owner, tenant.tenantId);
    const until = new Date(Date.now() + fromNowMs).toISOString();
    await expect(answer(alertId, { kind: "snooze", until })).rejects.toMatchObject({
      ...{ code: "invalid_input", errors: [{ path: "until" }] },
    });
  });

  it("takes the right to write, and is for the tenant's own", async () => {
    const mine = await plantAlert(database.owner, tenant.tenantId);
    const theirs = await plantAlert(database.owner, other.tenantId);
    const reader: Actor = { ...tenant.admin, scopes: new Set(["alerts:read"]) };
    await expect(answer(mine, { kind: "resolve" }, reader)).rejects.toMatchObject({ code: "forbidden" });
    await expect(answer(theirs, { kind: "resolve" })).rejects.toMatchObject({ code: "not_found" });
    const platform: Actor = { ...tenant.admin, scopes: new Set(platformAdminScopes) };
    const view = await answerAlert(services(), platform, {
      ...{ alertId: theirs, tenantId: other.tenantId, answer: { kind: "resolve" }, request: aRequest },
    });
    expect(view).toMatchObject({ tenantId: other.tenantId, status: "resolved" });
    const [event] = await database.owner`
      select tenant_id, actor_id from audit_events where resource_id = ${theirs} and action = 'alert.resolved'`;
    expect(event).toEqual({ tenant_id: toUuid(other.tenantId), actor_id: tenant.adminId });
  });

  it("changes an alert once when many give it at once", async () => {
    const alertId = await plantAlert(database.owner, tenant.tenantId);
    await Promise.all(Array.from({ length: 6 }, () => answer(alertId, { kind: "acknowledge" })));
    expect(await auditOf(alertId)).toEqual(["alert.acknowledged"]);
  });
});

describe("one answer to many", () => {
  it("says of each what came of it, and lets none keep the others from it", async () => {
    const open = await plantAlert(database.owner, tenant.tenantId);
    const known = await plantAlert(database.owner, tenant.tenantId, { status: "acknowledged" });
    const over = await plantAlert(database.owner, tenant.tenantId, { status: "resolved" });
    const theirs = await plantAlert(database.owner, other.tenantId);
    const alertIds = [open, known, over, theirs, open];
    const outcomes = await answerAlerts(services(), tenant.admin, {
      ...{ alertIds, answer: "acknowledge", note: "all of them", request: aRequest },
    });
    expect(outcomes).toEqual([
      { alertId: open, outcome: "changed" },
      { alertId: known, outcome: "unchanged" },
      { alertId: over, outcome: "refused" },
      { alertId: theirs, outcome: "not_found" },
    ]);
    expect(await entriesOf(open)).toMatchObject([{ kind: "acknowledged", text: "all of them" }]);
    expect(await auditOf(theirs)).toEqual([]);
    expect(published).toEqual([toUuid(tenant.tenantId)]);
  });
});

describe("a note", () => {
  it("is kept with the alert, also once that is resolved", async () => {
    const alertId = await plantAlert(database.owner, tenant.tenantId, { status: "resolved" });
    const write = (text: string) =>
      addAlertNote(services(), tenant.admin, { alertId, text, request: aRequest });
    await write("seen before");
    await write("seen before");
    expect(await entriesOf(alertId)).toEqual([
      { kind: "note", text: "seen before", by: tenant.admin.name },
      { kind: "note", text: "seen before", by: tenant.admin.name },
    ]);
    expect(await auditOf(alertId)).toEqual(["alert.note.added", "alert.note.added"]);
    await expect(
      addAlertNote(services(), tenant.admin, { alertId: newId("alr"), text: "x", request: aRequest }),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});
