import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { bearer, createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";
import { openEventStream } from "./open-stream.ts";

let server: TestServer;
let tenant: RouteTenant;
let recorder: RouteAgent;
let follower: RouteAgent;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
  recorder = await tenant.addAgent("Recorder", { scopes: ["activity:write"] });
  follower = await tenant.addAgent("Follower", { scopes: ["activity:read"] });
});
afterAll(() => server.close());

const started = (id: string) => ({
  action: "workflow.started",
  resource: { id, name: "Nightly build" },
  details: { trigger: "schedule" },
});

describe("POST /api/activity", () => {
  test("records one event as its caller's", async () => {
    const answer = await recorder.client.post("/api/activity", {
      ...started("wf-1"),
      correlationId: "build-1",
    });
    expect(answer).toMatchObject({ status: 200, body: { recorded: 1, rejected: 0 } });
    const logs = await follower.client.get("/api/audit/logs?correlationId=build-1");
    expect(logs.body.logs).toMatchObject([
      {
        actor: { id: recorder.id, type: "agent", name: "Recorder" },
        action: "workflow.started",
        resource: { type: "workflow", id: "wf-1", name: "Nightly build" },
        status: "success",
        details: { trigger: "schedule" },
      },
    ]);
    expect(answer.body.results).toEqual([
      { index: 0, outcome: "recorded", id: (logs.body.logs as { id: string }[])[0]?.id },
    ]);
  });

  test("judges several one by one, and names what is wrong with each", async () => {
    const answer = await recorder.client.post("/api/activity", {
      events: [
        { action: "run.ended", resource: { id: "run-1" }, status: "failure", details: { outcome: "failed" } },
        { action: "agent.paused", resource: { id: "agt_1" }, details: { reason: null } },
        { action: "file.uploaded", resource: { id: "f" }, details: { bytes: -1, colour: "red" } },
        { action: "container.bound", resource: { id: "" }, details: { to: "x" } },
        "nonsense",
      ],
    });
    expect(answer).toMatchObject({ status: 200, body: { recorded: 1, rejected: 4 } });
    const results = answer.body.results as { outcome: string; errors?: { path: string }[] }[];
    expect(results.map(({ outcome }) => outcome)).toEqual([
      "recorded",
      ...["rejected", "rejected", "rejected", "rejected"],
    ]);
    expect(results[1]?.errors).toMatchObject([{ path: "events.1.action" }]);
    expect(results[2]?.errors?.map(({ path }) => path).sort()).toEqual([
      "events.2.details.bytes",
      "events.2.details.colour",
    ]);
    expect(results[3]?.errors).toMatchObject([{ path: "events.3.resource.id" }]);
  });

  test("answers the same call with the same key again, and another call with it by 409", async () => {
    const call = (id: string) =>
      recorder.client.post("/api/activity", started(id), { "Idempotency-Key": "build-2" });
    const [first, second] = [await call("wf-2"), await call("wf-2")];
    expect(second.body).toEqual(first.body);
    const logs = await follower.client.get("/api/audit/logs?resourceId=wf-2");
    expect(logs.body.pagination).toMatchObject({ total: 1 });
    expect((await call("wf-3")).status).toBe(409);
  });

  test.each([
    [{ events: [] }],
    [{ events: Array.from({ length: 101 }, () => started("x")) }],
    [{ action: "workflow.started" }],
    [{ ...started("x"), colour: "red" }],
  ])("answers 400 to %j", async (body) => {
    expect((await recorder.client.post("/api/activity", body)).status).toBe(400);
  });

  test("is refused without the right", async () => {
    expect((await follower.client.post("/api/activity", started("x"))).status).toBe(403);
    expect((await recorder.client.get("/api/activity")).status).toBe(403);
  });
});

describe("GET /api/activity", () => {
  test("leads on by its cursor, from the oldest or from the end", async () => {
    const end = await follower.client.get("/api/activity?start=newest");
    expect(end.body).toMatchObject({ events: [], hasMore: false, reset: null });
    await recorder.client.post("/api/activity", started("wf-cursor"));
    // What was committed just before may still have been held back by a transaction in progress: it comes too.
    const after = async () => {
      const page = await follower.client.get(`/api/activity?cursor=${end.body.cursor}`);
      return (page.body.events as { resource: { id: string } }[]).map(({ resource }) => resource.id).at(-1);
    };
    await expect.poll(after).toBe("wf-cursor");
    expect(end.body.cursor).not.toBe((await follower.client.get("/api/activity?start=newest")).body.cursor);
    const oldest = await follower.client.get("/api/activity?limit=1");
    expect(oldest.body).toMatchObject({ hasMore: true });
  });

  test.each([
    ["cursor=1", "query.cursor"],
    ["limit=201", "query.limit"],
    ["start=middle", "query.start"],
  ])("answers 400 to ?%s, naming %s", async (search, path) => {
    const answer = await follower.client.get(`/api/activity?${search}`);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
  });

  test("answers a cursor of another cluster with a reset", async () => {
    const answer = await follower.client.get("/api/activity?cursor=1.00000000.5.00000000000000000000000000");
    expect(answer).toMatchObject({ status: 200, body: { events: [], reset: "generation" } });
  });
});

describe("GET /api/activity/stream", () => {
  const open = (who: RouteAgent, headers: Record<string, string> = {}) =>
    openEventStream(new URL("/api/activity/stream", server.origin), { ...bearer(who.key), ...headers });

  test("brings what is recorded, and resumes exactly", async () => {
    const stream = await open(follower);
    expect(stream.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
    await expect.poll(() => stream.events[0]?.event).toBe("ready");
    await recorder.client.post("/api/activity", started("wf-live-1"));
    const ids = (events: typeof stream.events) =>
      events
        .filter(({ event }) => event === "activity")
        .map(({ data }) => String(JSON.parse(data).resource.id))
        .filter((id) => id.startsWith("wf-live"));
    await expect.poll(() => ids(stream.events)).toEqual(["wf-live-1"]);
    const lastEventId = stream.events.at(-1)?.id ?? "";
    stream.close();
    await recorder.client.post("/api/activity", started("wf-live-2"));
    const resumed = await open(follower, { "Last-Event-ID": lastEventId });
    await expect.poll(() => ids(resumed.events)).toEqual(["wf-live-2"]);
    resumed.close();
  });

  test("tells of a Last-Event-ID that is none, and is refused without the right", async () => {
    const stream = await open(follower, { "Last-Event-ID": "yesterday" });
    await expect.poll(() => stream.events.map(({ event }) => event).slice(0, 2)).toEqual(["ready", "reset"]);
    stream.close();
    const refused = await open(recorder);
    expect(refused.status).toBe(403);
    refused.close();
  });

  test("shows nothing of another tenant", async () => {
    const other = await createRouteTenant(server.runtime, server.origin);
    const theirs = await other.addAgent("Theirs", { scopes: ["activity:read", "activity:write"] });
    const stream = await open(theirs);
    await expect.poll(() => stream.events[0]?.event).toBe("ready");
    await recorder.client.post("/api/activity", started("wf-foreign"));
    await theirs.client.post("/api/activity", started("wf-own"));
    await expect.poll(() => stream.events.at(-1)?.data).toContain("wf-own");
    expect(JSON.stringify(stream.events)).not.toContain("wf-foreign");
    stream.close();
  });
});
