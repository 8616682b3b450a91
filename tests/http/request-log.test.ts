import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createListener } from "#app/http/node-adapter.server.ts";
import { type HttpServer, openHttpServer } from "#app/http/node-server.server.ts";
import { startTestServer, type TestServer } from "../setup/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

interface Line {
  level: number;
  path: string;
  status: number;
  durationMs: number;
  requestId: string;
  aborted?: boolean;
  route: string;
  surface: string;
  bytes: number;
}

let http: HttpServer;
let lines: Line[];
let origin: string;

beforeEach(async () => {
  lines = [];
  http = await openHttpServer({ host: "127.0.0.1", port: 0 });
  origin = `http://127.0.0.1:${http.port}`;
  const log = pino(
    { level: "info" },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(JSON.parse(chunk.toString()));
        done();
      },
    }),
  );
  http.use(
    createListener({
      runtime: { ...server.runtime, log },
      serveStatic: () => false,
      fastLane: undefined,
      routePatterns: (path) => (path.startsWith("/t/") ? "/t/:token" : path),
      development: false,
      remix: async (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/stream") {
          const body = new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode(": here\n\n")),
          });
          return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
        }
        return new Response(null, { status: pathname === "/fails" ? 500 : 204 });
      },
    }),
  );
});
afterEach(() => http.stop(100));

const line = async (path: string): Promise<Line> => {
  await vi.waitFor(() => expect(lines.map((one) => one.path)).toContain(path));
  const found = lines.find((one) => one.path === path);
  if (found === undefined) throw new Error("no line");
  return found;
};

async function observed(): Promise<number> {
  const metric = await server.runtime.metrics.registry.getSingleMetricAsString(
    "signalbox_http_request_duration_seconds",
  );
  return [...metric.matchAll(/_count\{[^}]*\} (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

test("a request has one line, with its id and without its query", async () => {
  const response = await fetch(`${origin}/a?token=secret`);
  const logged = await line("/a");
  expect(logged).toMatchObject({ level: 30, status: 204, requestId: response.headers.get("X-Request-Id") });
  expect(JSON.stringify(lines)).not.toContain("secret");
  expect(lines).toHaveLength(1);
});

test("a failure of ours is an error", async () => {
  await fetch(`${origin}/fails`);
  expect((await line("/fails")).level).toBe(50);
});

test("probes and files are only for who looks closely", async () => {
  await fetch(`${origin}/health/live`);
  await fetch(`${origin}/assets/app.js`);
  await fetch(`${origin}/last`);
  await line("/last");
  expect(lines).toHaveLength(1);
});

test("a live stream is no slow request, and not among the figures of those", async () => {
  await fetch(`${origin}/first`);
  await line("/first");
  const before = await observed();
  const controller = new AbortController();
  const response = await fetch(`${origin}/stream`, { signal: controller.signal });
  await response.body?.getReader().read();
  // As if it had been open for a minute.
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now() + 60_000);
  controller.abort();
  const logged = await line("/stream");
  clock.mockRestore();
  expect(logged).toMatchObject({ level: 30, status: 200, aborted: true });
  expect(logged.durationMs).toBeGreaterThan(1_000);
  expect(await observed()).toBe(before);
});
