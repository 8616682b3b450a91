import { once } from "node:events";
import { get as httpGet } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { AppLoadContext } from "@remix-run/node";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { createListener } from "#app/http/node-adapter.server.ts";
import { type HttpServer, openHttpServer } from "#app/http/node-server.server.ts";
import { pushResponse } from "#app/http/push-body.server.ts";
import { maxBodyBytes } from "#app/http/read-body.server.ts";
import { startTestServer, type TestServer } from "../setup/server.ts";
import { openRaw, sendRaw } from "./raw.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const opened: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((http) => http.stop(100)));
});

type Handler = (request: Request, context: AppLoadContext) => Promise<Response> | Response;

/** The adapter around this handler, on a port of its own. */
async function serve(handler: Handler): Promise<string> {
  const http = await openHttpServer({ host: "127.0.0.1", port: 0 });
  opened.push(http);
  const { runtime } = server;
  http.use(
    createListener({
      runtime,
      serveStatic: () => false,
      fastLane: undefined,
      routePatterns: () => undefined,
      remix: async (request, context) => handler(request, context),
      development: false,
    }),
  );
  return `http://127.0.0.1:${http.port}`;
}

const text = (body: string, headers: Record<string, string> = {}) => new Response(body, { headers });

describe("a request", () => {
  test("arrives whole: method, address, repeated headers, body", async () => {
    const origin = await serve(async (request) =>
      Response.json({
        method: request.method,
        path: new URL(request.url).pathname + new URL(request.url).search,
        header: request.headers.get("X-Many"),
        body: await request.text(),
      }),
    );
    const { body } = await sendRaw(
      origin,
      "PATCH /a%20b?x=1 HTTP/1.1\r\nHost: 127.0.0.2:1\r\nX-Many: 1\r\nX-Many: 2\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
    );
    expect(JSON.parse(body)).toEqual({ method: "PATCH", path: "/a%20b?x=1", header: "1, 2", body: "hello" });
  });

  test("has our own origin whatever its Host says", async () => {
    const origin = await serve((request) => text(new URL(request.url).origin));
    const { body } = await sendRaw(
      origin,
      "GET / HTTP/1.1\r\nHost: 127.0.0.2:1\r\nConnection: close\r\n\r\n",
    );
    expect(body).toBe(server.runtime.env.http.origin);
  });

  test("keeps the caller's request id when it is well formed, and gets one otherwise", async () => {
    const origin = await serve((_request, { requestId }) => text(requestId));
    const given = await fetch(origin, { headers: { "X-Request-Id": "job-7.step_2" } });
    expect([given.headers.get("X-Request-Id"), await given.text()]).toEqual(["job-7.step_2", "job-7.step_2"]);
    const odd = await fetch(origin, { headers: { "X-Request-Id": "a b<script>" } });
    expect(odd.headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(await odd.text()).toBe(odd.headers.get("X-Request-Id"));
  });

  test.each([
    ["a method that is not used here", "PROPFIND / HTTP/1.1", 405],
    ["an address that is not ours", "GET http://evil.example/ HTTP/1.1", 400],
    ["a broken escape in the path", "GET /%zz HTTP/1.1", 400],
    ["bytes in the path that are no UTF-8", "GET /%ff HTTP/1.1", 400],
    ["Remix's older data requests", "GET /?_data=routes%2Fapi.ping HTTP/1.1", 400],
    ["the same, spelled otherwise", "GET /?x=1&%5Fd%61ta=root HTTP/1.1", 400],
    ["what is no HTTP", "HELLO", 400],
  ])("is refused for %s, as a problem document", async (_what, line, status) => {
    const handler = vi.fn(() => text("reached"));
    const origin = await serve(handler);
    const answer = await sendRaw(origin, `${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(answer.status).toBe(status);
    expect(answer.headers).toContain("application/problem+json");
    expect(JSON.parse(answer.body)).toMatchObject({ status });
    expect(handler).not.toHaveBeenCalled();
  });

  test("is refused for headers beyond 16 KiB", async () => {
    const origin = await serve(() => text("reached"));
    const answer = await sendRaw(
      origin,
      `GET / HTTP/1.1\r\nHost: localhost\r\nX-Big: ${"x".repeat(17_000)}\r\n\r\n`,
    );
    expect(answer.status).toBe(431);
  });

  test("from another site never reaches a handler", async () => {
    const handler = vi.fn(() => text("reached"));
    const origin = await serve(handler);
    const response = await fetch(origin, {
      method: "POST",
      headers: { Cookie: "signalbox=x", Origin: "https://evil.example" },
    });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "wrong_origin", category: "authorization" });
    expect(handler).not.toHaveBeenCalled();
  });

  test("with Expect: 100-continue is asked for its body, unless it is too large anyway", async () => {
    const origin = await serve(async (request) => text(await request.text()));
    const head = (length: number) =>
      `POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
    const asked = await sendRaw(origin, head(5), (received) => received.includes("100 Continue"));
    expect(asked.status).toBe(100);

    const { origin: real } = server;
    const ping = `POST /api/messaging/send HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: ${maxBodyBytes + 1}\r\n\r\n`;
    const refused = await sendRaw(real, ping, (received) => received.includes("problem+json"));
    expect(refused.status).not.toBe(100);
  });

  test("whose body is never read is answered, and its client cut off when it goes on sending", async () => {
    const origin = await serve(() => new Response("no", { status: 413 }));
    const socket = await openRaw(origin);
    socket.on("error", () => undefined);
    socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n");
    const [first] = await once(socket, "data");
    expect(String(first)).toContain("413");
    const drip = setInterval(() => socket.write("x".repeat(1000)), 20);
    await once(socket, "close");
    clearInterval(drip);
  });
});

describe("an answer", () => {
  test("has headers that keep browsers from doing more with it than we mean", async () => {
    const origin = await serve((request, context) =>
      request.url.endsWith("/page")
        ? text(`<script nonce="${context.cspNonce}">`, { "Content-Type": "text/html" })
        : Response.json({}),
    );
    const data = await fetch(origin);
    expect(data.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(data.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    const page = await fetch(`${origin}/page`);
    const nonce = /nonce="(.+)"/.exec(await page.text())?.[1];
    expect(page.headers.get("Content-Security-Policy")).toContain(`script-src 'self' 'nonce-${nonce}'`);
    expect(page.headers.get("Content-Security-Policy")).toContain("frame-ancestors 'none'");
    const again = await fetch(`${origin}/page`);
    expect(await again.text()).not.toContain(`"${nonce}"`);
  });

  test("keeps each of its cookies", async () => {
    const origin = await serve(() => {
      const response = text("ok");
      response.headers.append("Set-Cookie", "a=1");
      response.headers.append("Set-Cookie", "b=2, c");
      return response;
    });
    expect((await fetch(origin)).headers.getSetCookie()).toEqual(["a=1", "b=2, c"]);
  });

  test("to HEAD has the headers and no body, and its source is told", async () => {
    const cancelled = vi.fn();
    const origin = await serve(
      () => new Response(new ReadableStream({ cancel: cancelled }), { headers: { "X-Here": "yes" } }),
    );
    const response = await fetch(origin, { method: "HEAD" });
    expect(response.headers.get("X-Here")).toBe("yes");
    expect(await response.text()).toBe("");
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled());
  });

  test.each([
    ["br, gzip", "br", brotliDecompressSync],
    ["gzip;q=0.5, br;q=0", "gzip", gunzipSync],
  ] as const)("is compressed for a client that takes %s", async (accepted, coding, decompress) => {
    const long = "<p>signal</p>".repeat(500);
    const origin = await serve((request) => {
      const headers = { "Content-Type": "text/html" };
      if (!request.url.endsWith("/stream")) return new Response(long, { headers });
      return new Response(new Blob([long.slice(0, 3000), long.slice(3000)]).stream(), { headers });
    });
    for (const path of ["/", "/stream"]) {
      const answer = await rawGet(origin, path, { "Accept-Encoding": accepted });
      expect(answer.headers["content-encoding"]).toBe(coding);
      expect(answer.headers.vary).toBe("Accept-Encoding");
      expect(answer.body.byteLength).toBeLessThan(long.length / 4);
      expect(decompress(answer.body).toString()).toBe(long);
    }
  });

  test("is not compressed when that is not asked for, too small to gain, or a live stream", async () => {
    const origin = await serve((request) => {
      if (request.url.endsWith("/events"))
        return text("data: x\n\n".repeat(500), { "Content-Type": "text/event-stream" });
      if (request.url.endsWith("/small"))
        return new Response("{}", { headers: { "Content-Type": "application/json" } });
      return Response.json("x".repeat(5000));
    });
    const codings = await Promise.all([
      rawGet(origin, "/", {}),
      rawGet(origin, "/events", { "Accept-Encoding": "br" }),
    ]);
    expect(codings.map(({ headers }) => headers["content-encoding"])).toEqual([undefined, undefined]);
    expect(Buffer.from((await rawGet(origin, "/small", {})).body).toString()).toBe("{}");
  });

  test("that a handler fails to make is a problem with the request's id, and in the log", async () => {
    const origin = await serve(() => {
      throw new Error("secret of line 7");
    });
    const response = await fetch(origin);
    expect(response.status).toBe(500);
    const problem = await response.json();
    expect(problem).toMatchObject({ code: "internal", requestId: response.headers.get("X-Request-Id") });
    expect(JSON.stringify(problem)).not.toContain("secret");
    expect(server.takeErrors()[0]).toMatchObject({
      requestId: problem.requestId,
      err: { message: "secret of line 7" },
    });
    server.takeErrors();
  });

  test("whose stream fails halfway is cut short, so that nobody takes it for whole", async () => {
    const origin = await serve(() => {
      let sent = false;
      return new Response(
        new ReadableStream({
          pull(controller) {
            if (sent) throw new Error("broke");
            sent = true;
            controller.enqueue(new TextEncoder().encode("half"));
          },
        }),
      );
    });
    const response = await fetch(origin);
    await expect(response.text()).rejects.toThrow();
    await vi.waitFor(() => expect(server.takeErrors().length).toBeGreaterThan(0));
    server.takeErrors();
  });
});

describe("a client that goes away", () => {
  test("aborts the handler's signal, also after garbage was collected", async () => {
    const aborted = vi.fn();
    const entered = vi.fn();
    const origin = await serve(
      (_request, { signal }) =>
        new Promise<Response>((resolve) => {
          entered();
          signal.addEventListener("abort", () => {
            aborted();
            resolve(text("late"));
          });
        }),
    );
    for (let i = 0; i < 20; i += 1) {
      const controller = new AbortController();
      const answer = fetch(origin, { signal: controller.signal });
      await vi.waitFor(() => expect(entered).toHaveBeenCalledTimes(i + 1));
      collectGarbage();
      controller.abort();
      await expect(answer).rejects.toThrow();
    }
    await vi.waitFor(() => expect(aborted).toHaveBeenCalledTimes(20));
  });

  test("cancels the stream it was reading", async () => {
    const cancelled = vi.fn();
    const origin = await serve(
      () =>
        new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode("first")),
            cancel: cancelled,
          }),
        ),
    );
    const controller = new AbortController();
    const response = await fetch(origin, { signal: controller.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    controller.abort();
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledOnce());
  });

  test("does not abort the signal of an answer that it got whole", async () => {
    let signal: AbortSignal | undefined;
    const origin = await serve((_request, context) => {
      signal = context.signal;
      return text("ok");
    });
    const socket = await openRaw(origin);
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await once(socket, "data");
    socket.destroy();
    await once(socket, "close");
    expect(signal?.aborted).toBe(false);
  });
});

describe("a client that does not read", () => {
  const chunk = new Uint8Array(64 * 1024);
  const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

  test("holds its stream's source back", async () => {
    let produced = 0;
    const origin = await serve(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              produced += chunk.byteLength;
              controller.enqueue(chunk);
            },
          }),
        ),
    );
    const socket = await openRaw(origin);
    socket.pause();
    socket.write(request);
    await vi.waitFor(() => expect(produced).toBeGreaterThan(0));
    await untilStill(() => produced);
    expect(produced).toBeLessThan(16 * 1024 * 1024);
    const held = produced;
    socket.resume();
    await vi.waitFor(() => expect(produced).toBeGreaterThan(held + 4 * 1024 * 1024));
    socket.destroy();
  });

  test("is told to the source of a pushed body, which may go on when it has read", async () => {
    let isFull = false;
    const drained = vi.fn();
    const closed = vi.fn();
    const origin = await serve(() =>
      pushResponse(
        (sink) => {
          for (let i = 0; i < 1000 && !isFull; i += 1) isFull = !sink.write(chunk);
          return { drained, closed };
        },
        { headers: { "Content-Type": "text/event-stream" } },
      ),
    );
    const socket = await openRaw(origin);
    socket.pause();
    socket.write(request);
    await vi.waitFor(() => expect(isFull).toBe(true));
    expect(closed).not.toHaveBeenCalled();
    socket.resume();
    await vi.waitFor(() => expect(drained).toHaveBeenCalled());
    socket.destroy();
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });
});

/** What an undisturbed process does sooner or later: the reason why `request.signal` cannot be relied on. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}

/** Resolves when the number has not changed over ten turns of 10 ms. */
async function untilStill(read: () => number): Promise<void> {
  for (let still = 0, last = read(); still < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    still = read() === last ? still + 1 : 0;
    last = read();
  }
}

/** The bytes as they came, which `fetch` would decompress. */
async function rawGet(origin: string, path: string, headers: Record<string, string>) {
  return new Promise<{ headers: Record<string, string | string[] | undefined>; body: Buffer }>(
    (resolve, reject) => {
      httpGet(`${origin}${path}`, { headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (part: Buffer) => chunks.push(part));
        response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
      }).on("error", reject);
    },
  );
}
