import type { LoaderFunctionArgs } from "@remix-run/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { AppError, notFound } from "#app/domain/errors.ts";
import type { RouteScope } from "#app/http/api-route.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { RequestContext } from "#app/http/request-context.server.ts";
import { keepSessionToken } from "#app/http/session-cookie.server.ts";
import { startTestServer, type TestServer } from "../setup/server.ts";
import { createTenantFixture } from "../setup/tenant-fixture.ts";
import { createAgentWithKey } from "./agent-with-key.ts";

let server: TestServer;
let cookie: string;
let email: string;
beforeAll(async () => {
  server = await startTestServer();
  const fixture = await createTenantFixture(server.database.db);
  email = fixture.email;
  cookie = (await keepSessionToken(fixture.token, context())).split(";", 1)[0] ?? "";
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

const args = (
  path: string,
  init: RequestInit = {},
  params: Record<string, string> = {},
): LoaderFunctionArgs => ({
  request: new Request(`http://localhost${path}`, init),
  params,
  context: context(),
});
const signedIn = () => ({ headers: { Cookie: cookie } });

/** What Remix would hand to an error boundary, or follow. */
async function thrownBy(work: Promise<unknown>) {
  const thrown: unknown = await work.then(
    () => {
      throw new Error("nothing was thrown");
    },
    (error: unknown) => error,
  );
  if (thrown instanceof Response) return { status: thrown.status, location: thrown.headers.get("Location") };
  return z.object({ data: z.unknown(), init: z.object({ status: z.number() }) }).parse(thrown);
}

const loader = (scope: RouteScope, handler: () => unknown = () => "loaded") => pageLoader({ scope, handler });

describe("a page's loader", () => {
  test("cannot be declared without a scope", () => {
    expect(() => pageLoader({ handler: () => 1 } as never)).toThrow(/declares no scope/);
  });

  test("hands on the person, the params and the query, and ignores parameters of others", async () => {
    const load = pageLoader({
      scope: "agents:read",
      params: z.object({ id: z.string() }),
      query: z.object({ page: z.coerce.number().default(1) }),
      handler: ({ actor, params, query, url }) => ({
        kind: actor.kind,
        role: actor.role,
        params,
        query,
        path: url.pathname,
      }),
    });
    expect(await load(args("/dashboard?page=2&utm_source=mail", signedIn(), { id: "x" }))).toEqual({
      kind: "user",
      role: "tenant_admin",
      params: { id: "x" },
      query: { page: 2 },
      path: "/dashboard",
    });
  });

  test("sends a stranger to sign in, and back to where they wanted to go", async () => {
    expect(await thrownBy(loader("agents:read")(args("/dashboard/inbox?agent=agt_1")))).toEqual({
      status: 302,
      location: "/sign-in?redirectTo=%2Fdashboard%2Finbox%3Fagent%3Dagt_1",
    });
    expect(await thrownBy(loader("authenticated")(args("/")))).toEqual({ status: 302, location: "/sign-in" });
  });

  test("lets anybody in where it says so, and only there", async () => {
    expect(await loader("public")(args("/sign-in"))).toBe("loaded");
    expect(await loader("authenticated")(args("/dashboard", signedIn()))).toBe("loaded");
  });

  test("is not for programs", async () => {
    const { key } = await createAgentWithKey(server.database.db);
    const init = { headers: { Authorization: `Bearer ${key}` } };
    expect(await thrownBy(loader("agents:read")(args("/dashboard", init)))).toMatchObject({
      init: { status: 403 },
    });
  });

  test("throws what is not there to the error boundary, with words for the person", async () => {
    const load = loader("public", () => {
      throw notFound("agent");
    });
    expect(await thrownBy(load(args("/")))).toEqual({
      data: {
        title: "Not found",
        detail: "There is no such agent.",
        code: "not_found",
        requestId: "req-12345",
      },
      init: { status: 404 },
    });
  });

  test("keeps what went wrong inside to the log", async () => {
    const load = loader("public", () => {
      throw new Error("secret of line 7");
    });
    const thrown = await thrownBy(load(args("/")));
    expect(thrown).toMatchObject({ init: { status: 500 } });
    expect(JSON.stringify(thrown)).not.toContain("secret");
    expect(server.takeErrors()[0]).toMatchObject({
      requestId: "req-12345",
      err: { message: "secret of line 7" },
    });
  });
});

describe("a page's action", () => {
  const form = z.object({
    name: z.string().min(1),
    tags: z.union([z.string(), z.array(z.string())]).optional(),
  });
  const post = (
    fields: [string, string][],
    headers: Record<string, string> = { Cookie: cookie },
  ): RequestInit => ({
    method: "POST",
    headers,
    body: new URLSearchParams(fields),
  });
  const save = pageAction({
    scope: "agents:write",
    form,
    handler: ({ form: fields, actor }) => ({ fields, by: actor.name }),
  });

  test("hands on the form, a repeated field as a list", async () => {
    expect(
      await save(
        args(
          "/",
          post([
            ["name", "a"],
            ["tags", "x"],
            ["tags", "y"],
          ]),
        ),
      ),
    ).toMatchObject({
      fields: { name: "a", tags: ["x", "y"] },
    });
  });

  test("reads a multipart form too, but no file", async () => {
    const body = new FormData();
    body.set("name", "a");
    expect(await save(args("/", { method: "POST", headers: { Cookie: cookie }, body }))).toMatchObject({
      fields: { name: "a" },
    });
    body.set("name", new File(["x"], "x.txt"));
    expect(await save(args("/", { method: "POST", headers: { Cookie: cookie }, body }))).toMatchObject({
      init: { status: 400 },
      data: { errors: [{ path: "name" }] },
    });
  });

  test.each([
    [[["name", ""]], "name"],
    [[["name", "a\0"]], "name"],
    [[], "name"],
  ] as [[string, string][], string][])(
    "answers a form that is not right with 400 and its fields: %j",
    async (fields, path) => {
      expect(await save(args("/", post(fields)))).toMatchObject({
        init: { status: 400 },
        data: { code: "invalid_input", errors: [{ path }] },
      });
    },
  );

  test("answers a refusal that the person can mend, for the form to show", async () => {
    const taken = pageAction({
      scope: "agents:write",
      form,
      handler() {
        throw new AppError("conflict", "That name is taken.");
      },
    });
    expect(await taken(args("/", post([["name", "a"]])))).toMatchObject({
      init: { status: 409 },
      data: { message: "That name is taken.", errors: [], code: "conflict" },
    });
  });

  test("sends a stranger to sign in before it looks at the form", async () => {
    const nothing = { method: "POST", body: "{}", headers: { "Content-Type": "text/plain" } };
    expect(await thrownBy(save(args("/dashboard/agents/new", nothing)))).toMatchObject({ status: 302 });
  });

  test("can be read again by the authenticator", async () => {
    const again = pageAction({
      scope: "public",
      form: z.object({ email: z.string() }),
      handler: async ({ args: { request } }) => (await request.formData()).get("email"),
    });
    expect(await again(args("/sign-in", post([["email", email]], {})))).toBe(email);
  });
});
