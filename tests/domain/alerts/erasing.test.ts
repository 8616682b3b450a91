import { afterAll, beforeAll, expect, it } from "vitest";
import { addAlertNote } from "#app/domain/alerts/add-alert-note.server.ts";
import { answerAlert } from "#app/domain/alerts/answer-alert.server.ts";
import { createSilence } from "#app/domain/alerts/create-silence.server.ts";
import { eraseAlertTexts } from "#app/domain/alerts/erase-alert-texts.server.ts";
import { createSilenceSchema } from "#app/domain/alerts/rule-schema.ts";
import { requestErasure } from "#app/domain/retention/request-erasure.server.ts";
import { newUuid, toUuid } from "#db/ids.ts";
import { addMember } from "../../setup/add-member.ts";
import { createTestDatabase, type TestDatabase } from "../../setup/database.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "../../setup/tenant-fixture.ts";
import { plantAlert } from "./an-alert.ts";

let database: TestDatabase;
let tenant: TenantFixture;
beforeAll(async () => {
  database = await createTestDatabase();
  tenant = await createTenantFixture(database.db);
});
afterAll(() => database.drop());

it("leaves nothing of an erased person's name and words in alerts, and everybody else's", async () => {
  const { db, owner } = database;
  const services = { db, bus: { publishAlerts: () => undefined } };
  const { actor: person } = await addMember(db, tenant.admin, "tenant_admin", { name: "Zelda Zqgone" });
  const about = await plantAlert(owner, tenant.tenantId, {
    ...{ kind: "failed_login_threshold", facts: { by: "account" } },
    subject: { type: "user", id: person.id, name: "zqgone@example.com" },
  });
  const answered = await plantAlert(owner, tenant.tenantId, {
    subject: { type: "tenant", id: null, name: "kept" },
  });
  const channel = newUuid();
  const tenantUuid = toUuid(tenant.tenantId);
  await owner`insert into alert_channels (tenant_id, id, kind, name) values (${tenantUuid}, ${channel}, 'email', 'x')`;
  for (const alertId of [about, answered])
    await owner`
      insert into alert_deliveries (tenant_id, id, channel_id, alert_id, reason, content, status)
      values (${tenantUuid}, ${newUuid()}, ${channel}, ${toUuid(alertId)}, 'opened', ${owner.json({
        ...{ title: "5 failed sign-ins of zqgone@example.com", kind: "failed_login_threshold" },
        ...{
          subject: { type: "user", id: person.id, name: "zqgone@example.com" },
          resolvedBy: "Zelda Zqgone",
        },
      })}, 'delivered')`;
  const by = (actor: typeof person) => ({
    note: (text: string) => addAlertNote(services, actor, { alertId: answered, text, request: aRequest }),
    acknowledge: () =>
      answerAlert(services, actor, { alertId: answered, answer: { kind: "acknowledge" }, request: aRequest }),
    resolve: (note: string) =>
      answerAlert(services, actor, {
        alertId: answered,
        answer: { kind: "resolve", note },
        request: aRequest,
      }),
  });
  await by(person).acknowledge();
  await by(person).note("zqgone was here");
  await by(tenant.admin).note("kept words");
  await by(person).resolve("zqgone did it");
  await createSilence(services, person, {
    input: createSilenceSchema.parse({
      ...{ reason: "zqgone is away", endsAt: new Date(Date.now() + 60_000).toISOString() },
    }),
    request: aRequest,
  });
  const erasure = await requestErasure(
    db,
    tenant.admin,
    { subjectId: person.membershipId, includeReceived: false, reason: "asked for" },
    aRequest,
  );
  const erase = () => eraseAlertTexts(db, { tenantUuid, erasureUuid: toUuid(erasure.id) });
  const everything = async () =>
    JSON.stringify(
      await Promise.all(
        ["alerts", "alert_entries", "alert_silences", "alert_deliveries"].map(
          (table) => owner`select * from ${owner(table)} where tenant_id = ${tenantUuid}`,
        ),
      ),
    );
  expect(await everything()).toMatch(/zqgone/i);
  await erase();
  const after = await everything();
  expect(after).not.toMatch(/zqgone/i);
  expect(after).toContain("kept words");
  const [row] = await owner`
    select status, subject_name, acknowledged_by from alerts where id = ${toUuid(answered)}`;
  expect(row).toEqual({ status: "resolved", subject_name: "kept", acknowledged_by: person.id });
  await erase();
  expect(await everything()).toBe(after);
});
