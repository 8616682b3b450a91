import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { conversationTopic, inboxTopic, isHintTopic, trafficTopic } from "#app/domain/live/schema.ts";
import { connectDirectly } from "#app/ui/live/direct-transport.ts";
import type { LiveEvent, LiveState } from "#app/ui/live/transport.ts";
import { newId } from "#db/ids.ts";
import { sequenceOf, upTo } from "#tests/domain/live/reader.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { bearer, createRouteTenant, type RouteAgent, type RouteTenant } from "./api-client.ts";
import { type OpenStream, openEventStream } from "./open-stream.ts";

let server: TestServer;
let tenant: RouteTenant;

beforeAll(async () => {
  server = await startTestServer();
  tenant = await createRouteTenant(server.runtime, server.origin);
});
afterAll(() => server.close());

const openStream = (path: string, headers: Record<string, string>, origin = server.origin) =>
  openEventStream(new URL(path, origin), headers);

const messagesOf = (stream: OpenStream): number[] =>
  stream.events.filter((event) => event.event === "message").map(sequenceOf);
const send = (to: RouteAgent, detail = "hello") =>
  tenant.client.post("/api/messaging/send", {
    recipientId: to.id,
    type: "status_update",
    payload: { status: "working", detail },
  });
const openStreams = () => server.runtime.live.stats().streams;

describe("an agent's stream", () => {
  test("brings its messages as they are sent, and resumes by Last-Event-ID", async () => {
    const agent = await tenant.addAgent("Reader");
    const path = `/api/messaging/inbox/${agent.id}/stream`;
    await send(agent);
    const stream = await openStream(`${path}?after=0`, bearer(agent.key));
    expect(stream.status).toBe(200);
    expect(stream.headers.get("Content-Type")).toBe("text/event-stream; charset=utf-8");
    expect(stream.headers.get("Cache-Control")).toContain("no-store");
    expect(stream.headers.get("Content-Encoding")).toBeNull();
    await send(agent);
    await expect.poll(() => messagesOf(stream)).toEqual([1, 2]);
    expect(stream.events[0]).toEqual({ event: "ready", data: '{"cursor":0,"lastSequence":1}', id: "0" });
    stream.close();
    await send(agent);
    // The address still says `after=0`, as a browser's does when it comes back.
    const lastEventId = stream.events.at(-1)?.id ?? "";
    const resumed = await openStream(`${path}?after=0`, {
      ...bearer(agent.key),
      "Last-Event-ID": lastEventId,
    });
    await expect.poll(() => messagesOf(resumed)).toEqual([3]);
    resumed.close();
    await expect.poll(openStreams).toBe(0);
  });

  test("what it brings is what the inbox shows", async () => {
    const agent = await tenant.addAgent("Same");
    await send(agent, 'é \u2028 \\ " 🚦');
    const stream = await openStream(`/api/messaging/inbox/${agent.id}/stream?after=0`, bearer(agent.key));
    await expect.poll(() => messagesOf(stream)).toEqual([1]);
    const inbox = await agent.client.get(`/api/messaging/inbox/${agent.id}`);
    expect([JSON.parse(stream.events[1]?.data ?? "")]).toEqual(inbox.body.messages);
    stream.close();
  });

  test("a Last-Event-ID that is none gets a reset, a cursor in the address a 400", async () => {
    const agent = await tenant.addAgent("Confused");
    const path = `/api/messaging/inbox/${agent.id}/stream`;
    const stream = await openStream(path, { ...bearer(agent.key), "Last-Event-ID": "yesterday" });
    await expect.poll(() => stream.events.map((event) => event.event)).toEqual(["ready", "reset"]);
    stream.close();
    for (const after of ["-1", "x", "1.5", "", "9007199254740993"]) {
      const answer = await agent.client.get(`${path}?after=${after}`);
      expect(answer.status, after).toBe(400);
      expect(answer.body.errors).toEqual([expect.objectContaining({ path: "query.after" })]);
    }
    expect((await agent.client.get(`${path}?before=1`)).status).toBe(400);
  });

  test("the desk's, another person's, another agent's and nobody's are 404 to an agent, and 401 to a stranger", async () => {
    const [agent, other] = [await tenant.addAgent("One"), await tenant.addAgent("Other")];
    for (const id of [other.id, newId("agt"), newId("mem"), newId("dsk"), tenant.admin.membershipId])
      expect((await agent.client.get(`/api/messaging/inbox/${id}/stream`)).status).toBe(404);
    expect((await agent.client.get("/api/messaging/inbox/x/stream")).status).toBe(400);
    const stranger = await fetch(`${server.origin}/api/messaging/inbox/${agent.id}/stream`);
    expect(stranger.status).toBe(401);
    await stranger.body?.cancel();
  });

  test("another tenant's mailbox answers as one that is not there", async () => {
    const theirs = await createRouteTenant(server.runtime, server.origin);
    const theirAgent = await theirs.addAgent("Theirs");
    const own = await tenant.addAgent("Own");
    const headers = { "X-Request-Id": "req-same-for-both" };
    for (const client of [tenant.client, own.client]) {
      for (const path of [
        (id: string) => `/api/messaging/inbox/${id}/stream`,
        (id: string) => `/api/live?topics=inbox:${id}`,
        (id: string) => `/api/live?topics=inbox:${own.id},inbox:${id}`,
      ]) {
        const [foreign, absent] = [
          await client.get(path(theirAgent.id), headers),
          await client.get(path(newId("agt")), headers),
        ];
        expect(foreign.status).toBe(404);
        expect(foreign.text).toBe(absent.text);
      }
    }
    expect(openStreams()).toBe(0);
  });

  test("a HEAD opens no stream", async () => {
    const agent = await tenant.addAgent("Headless");
    const answer = await fetch(`${server.origin}/api/messaging/inbox/${agent.id}/stream`, {
      method: "HEAD",
      headers: bearer(agent.key),
    });
    expect(answer.status).toBe(200);
    expect(openStreams()).toBe(0);
  });
});

describe("the web app's stream", () => {
  test("tags events with their topic, under a composite cursor", async () => {
    const [first, second] = [await tenant.addAgent("First"), await tenant.addAgent("Second")];
    const topics = [inboxTopic(first.id), inboxTopic(second.id)];
    await send(first);
    const stream = await openStream(`/api/live?topics=${topics.join(",")}&cursor=${topics[0]}=0`, {
      Cookie: await cookie(),
    });
    await expect.poll(() => messagesOf(stream)).toEqual([1]);
    await send(second);
    await expect.poll(() => messagesOf(stream)).toEqual([1, 1]);
    expect(stream.events.map(({ event, id }) => ({ event, id }))).toEqual([
      { event: "ready", id: `${topics[0]}=0,${topics[1]}=0` },
      { event: "message", id: `${topics[0]}=1,${topics[1]}=0` },
      { event: "message", id: `${topics[0]}=1,${topics[1]}=1` },
    ]);
    expect(stream.events.slice(1).map((event) => JSON.parse(event.data).topic)).toEqual(topics);
    stream.close();
  });

  test("bad topics and cursors are named", async () => {
    const topic = inboxTopic(newId("agt"));
    const many = upTo(33)
      .map(() => inboxTopic(newId("agt")))
      .join(",");
    for (const [query, path] of [
      ["", "query.topics"],
      ["topics=", "query.topics"],
      ["topics=weather", "query.topics"],
      ["topics=traffic,traffic", "query.topics"],
      ["topics=conversation:", "query.topics"],
      ["topics=conversation:%25zz", "query.topics"],
      ["topics=conversation:a%2500b", "query.topics"],
      [`topics=conversation:${"x".repeat(201)}`, "query.topics"],
      ["topics=traffic&cursor=traffic=1", "query.cursor"],
      ["topics=traffic&age=", "query.age"],
      ["topics=traffic&age=-1", "query.age"],
      ["topics=traffic&age=1.5", "query.age"],
      ["topics=traffic&age=86400001", "query.age"],
      [`topics=${topic},${topic}`, "query.topics"],
      [`topics=${many}`, "query.topics"],
      [`topics=${topic}&cursor=`, "query.cursor"],
      [`topics=${topic}&cursor=${topic}`, "query.cursor"],
      [`topics=${topic}&colour=red`, "query.colour"],
    ]) {
      const answer = await tenant.client.get(`/api/live?${query}`);
      expect(answer.status, query).toBe(400);
      expect(answer.body.errors, query).toEqual([expect.objectContaining({ path })]);
    }
  });

  test("says what has changed in the tenant and in a conversation, without saying what", async () => {
    const agent = await tenant.addAgent("Talked to");
    const correlationId = "order 7, part = ä";
    const say = () =>
      tenant.client.post("/api/messaging/send", {
        recipientId: agent.id,
        correlationId,
        type: "status_update",
        payload: { status: "working" },
      });
    await say();
    const topics = [trafficTopic, conversationTopic(correlationId), inboxTopic(agent.id)];
    const query = new URLSearchParams({ topics: topics.join(",") });
    const stream = await openStream(`/api/live?${query}`, { Cookie: await cookie() });
    await expect.poll(() => stream.events.length).toBe(1);
    await say();
    await expect.poll(() => messagesOf(stream)).toEqual([2]);
    await expect
      .poll(() =>
        stream.events.filter(({ event }) => event === "changed").map(({ data }) => JSON.parse(data)),
      )
      .toEqual(topics.filter(isHintTopic).map((topic) => ({ topic })));
    stream.close();
    // Who comes back with what is 10 s old is told at once.
    query.set("age", "10000");
    const back = await openStream(`/api/live?${query}`, { Cookie: await cookie() });
    await expect.poll(() => back.events.map(({ event }) => event)).toEqual(["ready", "changed", "changed"]);
    back.close();
  });

  test("traffic is for people, a conversation for those who may see a message of it", async () => {
    const [party, stranger] = [await tenant.addAgent("Party"), await tenant.addAgent("Stranger")];
    const theirs = await createRouteTenant(server.runtime, server.origin);
    const correlationId = "a case of theirs";
    const sent = await tenant.client.post("/api/messaging/send", {
      recipientId: party.id,
      correlationId,
      type: "status_update",
      payload: { status: "working" },
    });
    expect(sent.status).toBe(201);
    const conversation = `/api/live?topics=${encodeURIComponent(conversationTopic(correlationId))}`;
    const statusOf = async (headers: Record<string, string>, path: string): Promise<number> =>
      (await fetch(`${server.origin}${path}`, { method: "HEAD", headers })).status;
    const person = { Cookie: await cookie() };
    const foreigner = { Cookie: await server.signIn(theirs) };
    expect(await statusOf(person, conversation)).toBe(200);
    expect(await statusOf(bearer(party.key), conversation)).toBe(200);
    expect(await statusOf(bearer(stranger.key), conversation)).toBe(404);
    expect(await statusOf(foreigner, conversation)).toBe(404);
    expect(await statusOf(person, "/api/live?topics=traffic")).toBe(200);
    expect(await statusOf(bearer(party.key), "/api/live?topics=traffic")).toBe(403);
    const headers = { "X-Request-Id": "req-same-for-both" };
    const [foreign, absent] = [
      await theirs.client.get(conversation, headers),
      await theirs.client.get("/api/live?topics=conversation:nothing", headers),
    ];
    expect(foreign.text).toBe(absent.text);
    // None of this has opened a stream.
    await expect.poll(openStreams).toBe(0);
  });

  test("the browser's transport follows it, and resumes by itself where it was cut", async () => {
    const agent = await tenant.addAgent("Watched");
    const topic = inboxTopic(agent.id);
    const session = await cookie();
    const controllers: AbortController[] = [];
    const received: number[] = [];
    const states: LiveState["kind"][] = [];
    const live = connectDirectly(
      {
        topics: [topic],
        cursor: `${topic}=0`,
        asOfMs: Date.now(),
        onEvent: (event: LiveEvent) => {
          if (event.event === "message") received.push(event.data.sequence ?? Number.NaN);
        },
        onState: (state) => states.push(state.kind),
      },
      {
        url: `${server.origin}/api/live`,
        minRetryMs: 10,
        fetch: (input, init) => {
          const cut = new AbortController();
          controllers.push(cut);
          const signal = AbortSignal.any([cut.signal, ...(init?.signal ? [init.signal] : [])]);
          return fetch(input, { ...init, signal, headers: { ...init?.headers, Cookie: session } });
        },
      },
    );
    for (let round = 1; round <= 5; round += 1) {
      await Promise.all([send(agent), send(agent), send(agent)]);
      await expect.poll(() => received.length).toBe(round * 3);
      controllers.at(-1)?.abort();
      await expect.poll(() => controllers.length).toBe(round + 1);
    }
    await send(agent);
    await expect.poll(() => received).toEqual(upTo(16));
    expect(states.slice(0, 5)).toEqual(["connecting", "live", "reconnecting", "connecting", "live"]);
    live.close();
    await expect.poll(openStreams).toBe(0);
  });

  test("the browser's transport stops for good where it may not watch", async () => {
    const outcome = (headers: Record<string, string>) =>
      new Promise<LiveState>((resolve) => {
        connectDirectly(
          {
            topics: [inboxTopic(newId("agt"))],
            cursor: "",
            asOfMs: Date.now(),
            onEvent: () => undefined,
            onState: (state) => state.kind === "ended" && resolve(state),
          },
          {
            url: `${server.origin}/api/live`,
            fetch: (input, init) => fetch(input, { ...init, headers: { ...init?.headers, ...headers } }),
          },
        );
      });
    expect(await outcome({})).toEqual({ kind: "ended", reason: "signed_out" });
    expect(await outcome({ Cookie: await cookie() })).toEqual({ kind: "ended", reason: "not_found" });
  });
});

describe("streams and their ends", () => {
  test("a revoked key's stream ends with a bye", async () => {
    const agent = await tenant.addAgent("Revoked");
    const stream = await openStream(`/api/messaging/inbox/${agent.id}/stream`, bearer(agent.key));
    await expect.poll(() => stream.events.length).toBe(1);
    expect((await tenant.client.post(`/api/auth/api-keys/${agent.keyId}/revoke`)).status).toBe(200);
    await expect.poll(() => stream.hasEnded, { timeout: 10_000 }).toBe(true);
    expect(stream.events.at(-1)).toMatchObject({ event: "bye", data: expect.stringContaining("credential") });
    await expect.poll(openStreams).toBe(0);
  });

  test("500 clients that vanish leave no stream behind", async () => {
    const agent = await tenant.addAgent("Crowded");
    const { hostname, port } = new URL(server.origin);
    const sockets = upTo(500).map(() => {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.on("error", () => undefined).resume();
      socket.write(
        `GET /api/messaging/inbox/${agent.id}/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${agent.key}\r\n\r\n`,
      );
      return socket;
    });
    await expect.poll(openStreams).toBe(500);
    for (const [index, socket] of sockets.entries()) {
      if (index % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
    }
    await expect
      .poll(() => server.runtime.live.stats())
      .toMatchObject({ streams: 0, channels: 0, isTicking: false });
  });

  test("a client that never reads is cut off, and the server's memory stays flat meanwhile", async () => {
    const agent = await tenant.addAgent("Stalled");
    const { hostname, port } = new URL(server.origin);
    const detail = "x".repeat(1_900);
    const { sender } = server.runtime;
    const flood = async (count: number): Promise<void> => {
      for (let sent = 0; sent < count; sent += 500) {
        await Promise.all(
          upTo(500).map(() =>
            sender.send(
              tenant.admin,
              {
                recipientId: agent.id,
                type: "status_update",
                priority: "normal",
                payload: { status: "s", detail },
              },
              { request: { requestId: "flood", ipHash: null } },
            ),
          ),
        );
      }
    };
    const reading = await openStream(`/api/messaging/inbox/${agent.id}/stream`, bearer(agent.key));
    let wasClosed = false;
    const stalled = request({
      host: hostname,
      port,
      path: `/api/messaging/inbox/${agent.id}/stream`,
      headers: bearer(agent.key),
    });
    stalled.on("response", (response) => {
      response.pause();
      response.socket.pause();
    });
    stalled
      .on("error", () => undefined)
      .on("close", () => {
        wasClosed = true;
      });
    stalled.end();
    await expect.poll(openStreams).toBe(2);
    // What the kernel takes for a client that does not read is several megabytes.
    await flood(4_000);
    const before = process.memoryUsage().external + process.memoryUsage().arrayBuffers;
    await flood(4_000);
    const after = process.memoryUsage().external + process.memoryUsage().arrayBuffers;
    expect(after - before).toBeLessThan(24 * 1024 * 1024);
    await expect.poll(() => server.runtime.live.stats().cutOff, { timeout: 15_000 }).toBe(1);
    await expect.poll(() => messagesOf(reading).length, { timeout: 15_000 }).toBe(8_000);
    expect(messagesOf(reading)).toEqual(upTo(8_000));
    expect(openStreams()).toBe(1);
    reading.close();
    stalled.destroy();
    await expect.poll(() => wasClosed).toBe(true);
  }, 60_000);

  test("a server that stops says bye to its streams and takes no more", async () => {
    const stopping = await startTestServer();
    const owner = await createRouteTenant(stopping.runtime, stopping.origin);
    const agent = await owner.addAgent("Last");
    const path = `/api/messaging/inbox/${agent.id}/stream`;
    const streams = await Promise.all(
      upTo(5).map(() => openStream(path, bearer(agent.key), stopping.origin)),
    );
    await expect.poll(() => streams.map((stream) => stream.events.length)).toEqual([1, 1, 1, 1, 1]);
    stopping.runtime.live.drain();
    expect((await agent.client.get(path)).status).toBe(503);
    await stopping.close();
    for (const stream of streams) {
      await expect.poll(() => stream.hasEnded).toBe(true);
      expect(stream.events.at(-1)?.event).toBe("bye");
    }
  });
});

test("through Remix's router a stream is the same", async () => {
  const routed = await startTestServer({ fastLane: false });
  const owner = await createRouteTenant(routed.runtime, routed.origin);
  const agent = await owner.addAgent("Routed");
  const path = `/api/messaging/inbox/${agent.id}/stream?after=0`;
  const stream = await openStream(path, bearer(agent.key), routed.origin);
  for (let i = 0; i < 3; i += 1)
    await owner.client.post("/api/messaging/send", {
      recipientId: agent.id,
      type: "status_update",
      payload: { status: "working" },
    });
  await expect.poll(() => messagesOf(stream)).toEqual([1, 2, 3]);
  stream.close();
  await expect.poll(() => routed.runtime.live.stats().streams).toBe(0);
  await routed.close();
});

async function cookie(): Promise<string> {
  return server.signIn({ email: tenant.email, password: tenant.password });
}
