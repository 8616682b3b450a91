import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { addMember } from "#tests/setup/add-member.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { type ApiClient, apiClient, createRouteTenant, type RouteTenant } from "./api-client.ts";

let server: TestServer;
let tenant: RouteTenant;
let member: ApiClient;
beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  const { email, password } = await addMember(server.database.db, tenant.admin, "member");
  member = apiClient(server.origin, {
    Cookie: await server.signIn({ email, password }),
    Origin: server.origin,
  });
  const { id: recipientId } = await tenant.addAgent("Agent");
  const payload = { reason: "look at this", severity: "low" };
  const { correlationId } = placeHold;
  const sent = await tenant.client.post("/api/messaging/send", {
    ...{ recipientId, type: "escalation", payload, correlationId },
  });
  expect(sent.status).toBe(201);
});
afterAll(() => server.close());

/** As a browser without JavaScript posts it. */
const post = (client: ApiClient, path: string, fields: Record<string, string>) =>
  client.raw(path, { method: "POST", body: new URLSearchParams(fields) });

const placeHold = { intent: "hold-conversation", correlationId: "a-conversation", reason: "a claim" };

describe("a form that is posted to a route without a page", () => {
  test.each([
    [
      "is not right",
      () => post(tenant.client, "/preferences/theme", { theme: "pink" }),
      400,
      "invalid_input",
    ],
    [
      "asks for what is not there",
      () => post(tenant.client, "/dashboard/holds", { intent: "release", holdId: newId("hld") }),
      404,
      "not_found",
    ],
    ["the person may not send", () => post(member, "/dashboard/holds", placeHold), 403, "forbidden"],
    [
      "asks to go where they do not belong",
      () => post(tenant.client, "/switch-tenant", { tenantId: newId("ten") }),
      404,
      "not_found",
    ],
  ])("and %s is answered with the problem and its status", async (_, send, status, code) => {
    const answer = await send();
    expect(answer.status, answer.text).toBe(status);
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
    expect(answer.body).toMatchObject({ status, code, requestId: expect.any(String) });
    expect(answer.text).not.toContain("Unexpected Server Error");
  });

  test("names the fields that were not right, once", async () => {
    const answer = await post(tenant.client, "/dashboard/holds", { ...placeHold, reason: "" });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: "reason" }] } });
  });

  test("and done twice is a conflict", async () => {
    expect(await post(tenant.client, "/dashboard/holds", placeHold)).toMatchObject({
      ...{ status: 200, body: { done: "On hold" } },
    });
    expect((await post(tenant.client, "/dashboard/holds", placeHold)).status).toBe(409);
  });

  test("by nobody leads to signing in", async () => {
    const stranger = apiClient(server.origin, { Origin: server.origin });
    const answer = await post(stranger, "/dashboard/holds", placeHold);
    expect([answer.status, answer.headers.get("Location")]).toEqual([
      302,
      expect.stringMatching(/^\/sign-in/),
    ]);
  });

  test("keeps the cookies that it sets", async () => {
    const answer = await post(apiClient(server.origin, { Origin: server.origin }), "/preferences/theme", {
      theme: "dark",
    });
    expect(answer).toMatchObject({ status: 200, body: { theme: "dark" } });
    expect(answer.headers.get("Set-Cookie")).toMatch(/^signalbox-theme=/);
  });
});

test("a link to data that is not there, or not the person's, is answered so as well", async () => {
  const absent = await tenant.client.get(`/dashboard/messages/${newId("msg")}/history`);
  expect(absent).toMatchObject({ status: 404, body: { code: "not_found" } });
  expect(await member.get("/dashboard/audit/export?format=csv")).toMatchObject({
    ...{ status: 403, body: { code: "forbidden" } },
  });
  expect((await tenant.client.get("/dashboard/messages/export?format=pdf")).status).toBe(400);
});

test("the web app gets what it shows itself", async () => {
  const answer = await tenant.client.raw("/dashboard/holds.data", {
    method: "POST",
    body: new URLSearchParams({ intent: "release", holdId: newId("hld") }),
  });
  expect(answer.status).toBe(404);
  expect(answer.headers.get("Content-Type")).toContain("text/x-script");
});
