import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepSessionToken } from "#app/http/session-cookie.server.ts";
import { addMember } from "#tests/setup/add-member.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { type ApiClient, apiClient, bearer, createRouteTenant, type RouteTenant } from "./api-client.ts";

let database: TestDatabase;
let one: TestServer;
let two: TestServer;
let tenant: RouteTenant;

beforeAll(async () => {
  database = await createTestDatabase();
  [one, two] = await Promise.all([startTestServer({ database }), startTestServer({ database })]);
  tenant = await createRouteTenant(one.runtime, one.origin);
});
afterAll(async () => {
  await two.close();
  await database.drop();
});

/** The same person's browser at another server. */
const at = async ({ origin, runtime }: TestServer, token = tenant.token): Promise<ApiClient> => {
  const cookie = (await keepSessionToken(token, { runtime })).split(";")[0] ?? "";
  return apiClient(origin, { Cookie: cookie, Origin: origin });
};

const respondAt = ({ origin }: TestServer, key: string, questionId: unknown, correlationId: unknown) =>
  apiClient(origin, bearer(key)).post("/api/messaging/send", {
    recipientId: tenant.admin.membershipId,
    type: "data_response",
    payload: { data: "From elsewhere." },
    correlationId,
    replyTo: questionId,
  });

const inboxOf = async (client: ApiClient, agentId: string) =>
  (await client.get(`/api/messaging/inbox/${agentId}`)).body.messages as {
    id: string;
    correlationId: string;
  }[];

describe("over two servers", () => {
  test("a question is answered and cancelled at one while it waits at the other", async () => {
    const agent = await tenant.addAgent("Far");
    const path = `/api/agents/${agent.id}/query`;
    const answered = tenant.client.post(path, { query: "Where?" });
    await expect.poll(() => inboxOf(tenant.client, agent.id)).toHaveLength(1);
    const [question] = await inboxOf(tenant.client, agent.id);
    expect(await respondAt(two, agent.key, question?.id, question?.correlationId)).toMatchObject({
      status: 201,
    });
    expect(await answered).toMatchObject({ status: 200, body: { answer: "From elsewhere." } });

    const cancelled = tenant.client.post(path, { query: "And now?" });
    await expect.poll(() => inboxOf(tenant.client, agent.id)).toHaveLength(2);
    const [second] = await inboxOf(tenant.client, agent.id);
    expect(await (await at(two)).post(`${path}/${second?.id}/cancel`)).toMatchObject({ status: 200 });
    expect(await cancelled).toMatchObject({ status: 409, body: { code: "conflict", messageId: second?.id } });
  });

  test("200 questions at once of a member: exactly 20 are asked, the others are told how long to wait", async () => {
    const agent = await tenant.addAgent("Popular");
    const { token } = await addMember(one.runtime.db, tenant.admin, "member");
    const clients = await Promise.all([at(one, token), at(two, token)]);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        (clients[n % 2] ?? tenant.client).post(`/api/agents/${agent.id}/query`, {
          query: `${n}?`,
          wait: false,
        }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(20);
    expect(refused).toHaveLength(180);
    for (const { headers, body } of refused) {
      expect(headers.get("Retry-After")).toMatch(/^[1-9]\d?$/);
      expect(body).toMatchObject({ code: "rate_limited", limit: "asks" });
    }
    expect(await inboxOf(tenant.client, agent.id)).toHaveLength(20);
  });

  // Last: it stops one of them.
  test("a server that stops says so, and the question goes on at the other by its key", async () => {
    const agent = await tenant.addAgent("Moved");
    const path = `/api/agents/${agent.id}/query`;
    const key = { "Idempotency-Key": randomUUID() };
    const client = await at(two);
    const stopped = tenant.client.post(path, { query: "Still on?" }, key);
    await expect.poll(() => inboxOf(client, agent.id)).toHaveLength(1);
    await one.close();
    expect(await stopped).toMatchObject({ status: 503, body: { code: "shutting_down" } });

    const moved = client.post(path, { query: "Still on?" }, key);
    await expect.poll(() => two.runtime.asking.stats().waiting).toBeGreaterThan(0);
    const [question, ...more] = await inboxOf(client, agent.id);
    expect(more).toEqual([]);
    await respondAt(two, agent.key, question?.id, question?.correlationId);
    expect(await moved).toMatchObject({
      status: 200,
      body: { answer: "From elsewhere.", messageId: question?.id },
    });
    expect(
      await database.owner`select details ->> 'outcome' as outcome from audit_events
        where action = 'agent.query' and resource_id = ${agent.id}`,
    ).toEqual([{ outcome: "answered" }]);
  });
});
