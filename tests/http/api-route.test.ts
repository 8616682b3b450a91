import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { AppError, notFound } from "#app/domain/errors.ts";
import { api, json } from "#app/http/api-route.server.ts";
import { RequestContext } from "#app/http/request-context.server.ts";
import { startTestServer, type TestServer } from "../setup/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

function context(): RequestContext {
  const out = Object.assign(Object.create(null), { destroyed: false, once: () => undefined });
  return new RequestContext({
    runtime: server.runtime,
    requestId: "req-12345",
    clientAddress: "127.0.0.1",
    ipHash: null,
    out,
  });
}

type Route = ReturnType<typeof api>;
async function call(route: Route, path: string, init: RequestInit = {}, params: Record<string, string> = {}) {
  const request = new Request(`http://localhost${path}`, init);
  const run =
    init.method === undefined || init.method === "GET" || init.method === "HEAD"
      ? route.loader
      : route.action;
  const response = await run({ request, params, context: context() });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

const post = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});

const echo = api({
  GET: {
    scope: "public",
    params: z.object({ id: z.string().max(10) }),
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(100).default(20),
      q: z.string().optional(),
    }),
    handler: ({ params, query }) => ({ params, query }),
  },
  POST: {
    scope: "public",
    body: z.strictObject({
      name: z.string(),
      payload: z.strictObject({ progress: z.number().max(100) }).optional(),
    }),
    handler: ({ body }) => json(body, { status: 201 }),
  },
  DELETE: { scope: "public", handler: () => undefined },
});

describe("an API route", () => {
  test("cannot be declared without a scope", () => {
    const declared = { GET: { handler: () => 1 } };
    expect(() => api(declared as never)).toThrow(/GET of an API route declares no scope/);
    expect(() => api({ POST: { scope: "everything", handler: () => 1 } } as never)).toThrow(
      /declares no scope/,
    );
  });

  test("cannot be declared so that unknown fields are dropped in silence", () => {
    const loose = z.object({ name: z.string() });
    expect(() => api({ POST: { scope: "public", body: loose, handler: () => 1 } })).toThrow(
      /body of POST.*strictObject/,
    );
    expect(() => api({ GET: { scope: "public", query: loose, handler: () => 1 } })).toThrow(/query of GET/);
  });

  test("hands its handler parsed params and query, with their defaults", async () => {
    expect((await call(echo, "/?limit=5", {}, { id: "x" })).body).toEqual({
      params: { id: "x" },
      query: { limit: 5 },
    });
    expect((await call(echo, "/", {}, { id: "x" })).body.query).toEqual({ limit: 20 });
  });

  test("sends a Response as it is, a value as JSON, and nothing as 204", async () => {
    const created = await call(echo, "/", post({ name: "a" }));
    expect(created).toMatchObject({ status: 201, body: { name: "a" } });
    expect(created.headers.get("Cache-Control")).toBe("no-store");
    expect(await call(echo, "/", { method: "DELETE" })).toMatchObject({ status: 204, body: undefined });
  });

  test.each([
    ["an unknown query parameter", "/?limit=5&colour=red", "query.colour"],
    ["a repeated one", "/?limit=5&limit=6", "query.limit"],
    ["one out of range", "/?limit=101", "query.limit"],
    ["one that is no number", "/?limit=many", "query.limit"],
    ["a NUL", "/?q=%00", "query.q"],
    ["an encoded surrogate", "/?q=%ED%A0%80", "query"],
    ["a broken escape", "/?q=%zz", "query"],
  ])("refuses %s by name", async (_what, path, field) => {
    const { status, body } = await call(echo, path, {}, { id: "x" });
    expect({ status, field: body.errors[0].path, category: body.category }).toEqual({
      status: 400,
      field,
      category: "validation",
    });
  });

  test.each([
    [{ id: "far too long for this" }, "params.id"],
    [{ id: "\0" }, "params.id"],
    [{ id: "\ud800" }, "params.id"],
  ])("refuses bad params by name", async (params, field) => {
    expect((await call(echo, "/", {}, params)).body.errors[0].path).toBe(field);
  });

  test("names each field of a body that is wrong, bare", async () => {
    const { status, body } = await call(
      echo,
      "/",
      post({ name: 7, colour: "red", payload: { progress: 101, x: 1 } }),
    );
    expect(status).toBe(400);
    expect(body.errors.map((error: { path: string }) => error.path).sort()).toEqual([
      "colour",
      "name",
      "payload.progress",
      "payload.x",
    ]);
    expect((await call(echo, "/", post([]))).body.errors[0].path).toBe("body");
  });

  test("answers other methods with 405 and what it allows", async () => {
    const refused = await call(echo, "/", { method: "PUT" });
    expect(refused).toMatchObject({ status: 405, body: { code: "method_not_allowed" } });
    expect(refused.headers.get("Allow")).toBe("GET, HEAD, POST, DELETE, OPTIONS");
    const options = await call(echo, "/", { method: "OPTIONS" });
    expect(options.status).toBe(204);
    expect(options.headers.get("Allow")).toBe("GET, HEAD, POST, DELETE, OPTIONS");
  });

  test("lets nobody in without a credential, before it looks at anything they sent", async () => {
    const closed = api({ POST: { scope: "agents:write", body: z.strictObject({}), handler: () => "in" } });
    const { status, body, headers } = await call(closed, "/?what=ever", { method: "POST", body: "{{{" });
    expect({ status, code: body.code }).toEqual({ status: 401, code: "unauthenticated" });
    expect(headers.get("WWW-Authenticate")).toMatch(/^Bearer/);
  });

  test("turns whatever its handler throws into a problem with the request's id", async () => {
    const thrown = (error: unknown) =>
      api({
        GET: {
          scope: "public",
          handler() {
            throw error;
          },
        },
      });
    expect((await call(thrown(notFound("agent")), "/")).body).toMatchObject({
      status: 404,
      requestId: "req-12345",
    });
    expect((await call(thrown(new AppError("conflict", "Taken.")), "/")).body).toMatchObject({ status: 409 });
    expect(server.takeErrors()).toEqual([]);

    const { status, body } = await call(thrown(new Error("secret of line 7")), "/");
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("secret");
    const [logged] = server.takeErrors();
    expect(logged).toMatchObject({ requestId: "req-12345", err: { message: "secret of line 7" } });
    expect(logged?.err?.stack).toContain("api-route.test.ts");
  });

  test("shows what it declares, for sweeps over all routes", () => {
    expect(echo.loader.spec).toBe(echo.spec);
    expect(Object.keys(echo.spec)).toEqual(["GET", "POST", "DELETE"]);
    expect(echo.spec.POST?.scope).toBe("public");
  });
});
