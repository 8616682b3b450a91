import { IncomingMessage, request } from "node:http";
import { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHostCheck } from "#app/http/host-check.server.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";

function isRefused(
  host: string | undefined,
  http = { origin: "http://localhost:3000", host: "0.0.0.0" },
  { path = "/sign-in", authorization }: { path?: string; authorization?: string } = {},
): boolean {
  const incoming = new IncomingMessage(new Socket());
  Object.assign(incoming.headers, { host, authorization });
  return createHostCheck(http)(incoming, path)?.code === "wrong_origin";
}

describe("a server that nobody has given a public origin", () => {
  test.each([
    "localhost",
    "localhost:3000",
    "LOCALHOST:3000",
    "localhost.:3000",
    "box.localhost:3000",
    "127.0.0.1:3000",
    "127.8.8.8",
    "[::1]:3000",
    "192.168.1.7:3000",
    "[fd00::7]:3000",
  ])("answers to %s", (host) => {
    expect(isRefused(host)).toBe(false);
  });

  test.each([
    "evil.example",
    "evil.example:3000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "localhost@evil.example",
    "127.0.0.1:3000@evil.example",
    "[::1].evil.example",
    "notlocalhost",
    "",
    "a b",
  ])("does not answer to %j, which leads where its owner likes", (host) => {
    expect(isRefused(host)).toBe(true);
  });

  test("answers to where it was told to listen, to programs with a key, and about its health", () => {
    const http = { origin: "http://localhost:3000", host: "box" };
    expect(isRefused("box:3000", http)).toBe(false);
    expect(isRefused("signalbox:3000", http)).toBe(true);
    expect(isRefused("signalbox:3000", http, { authorization: "Bearer sb_x" })).toBe(false);
    expect(isRefused("signalbox:3000", http, { path: "/health/ready" })).toBe(false);
    expect(isRefused(undefined, http)).toBe(false);
  });
});

test("a server with a public origin answers to whatever its proxies call it", () => {
  const http = { origin: "https://box.example", host: "0.0.0.0" };
  for (const host of ["box.example", "signalbox:3000", "evil.example"])
    expect(isRefused(host, http)).toBe(false);
});

describe("over the wire", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const get = (path: string, host: string) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const { hostname, port } = new URL(server.origin);
      const asked = request({ hostname, port, path, headers: { Host: host } }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode, text }));
      });
      asked.on("error", reject).end();
    });

  test.each([
    "/",
    "/sign-in",
    "/sign-in.data",
    "/metrics",
    "/api/ping",
    "/.well-known/jwks.json",
    "/nothing",
  ])(
    "a site that has given its name this machine's address reads nothing at %s, and whoever runs it learns why",
    async (path) => {
      const { port } = new URL(server.origin);
      const answer = await get(path, `rebound.example:${port}`);
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toMatchObject({
        code: "wrong_origin",
        detail: expect.stringContaining(`SIGNALBOX_ORIGIN=http://rebound.example:${port}`),
      });
      expect((await get(path, `localhost:${port}`)).status).not.toBe(403);
    },
  );

  test("the figures of the process are for a loopback name alone", async () => {
    expect((await get("/metrics", "127.0.0.1")).status).toBe(200);
    expect((await get("/metrics", "192.168.1.7")).status).toBe(404);
  });
});
