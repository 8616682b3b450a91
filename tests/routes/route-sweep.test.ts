import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import {
  type Answer,
  alsoOf,
  ask,
  type Credential,
  fill,
  leaksOf,
  membersOf,
  positionsOf,
  type Refusal,
  refusalOf,
  strangersTo,
  variantsOf,
  type Way,
  waysOf,
} from "./sweep/ask.ts";
import { samples } from "./sweep/samples.ts";
import { idNames, routeIds, type SweptMethod, sweptRoutes } from "./sweep/sweep-routes.ts";
import { buildWorld, digestOf, type World } from "./sweep/world.ts";

// A route of many forms is some hundred requests, and pages are drawn by React's slow build here.
vi.setConfig({ testTimeout: 120_000 });

const { methods, undeclared } = sweptRoutes();
const byName = methods.map((method): [string, SweptMethod] => [method.name, method]);

let server: TestServer;
/** Whose things are asked for, and somebody else. */
let theirs: World;
let mine: World;

beforeAll(async () => {
  server = await startTestServer();
  theirs = await buildWorld(server, "zqtheirszq");
  mine = await buildWorld(server, "zqminezq");
});
afterAll(() => server.close());

describe("the sweep", () => {
  test("knows every route there is", () => {
    const files = readdirSync("app/routes").map((file) => `routes/${file.replace(/\.tsx?$/, "")}`);
    expect(routeIds().sort(), "the build is of other routes: run `npm run build`").toEqual(files.sort());
    expect(methods.length).toBeGreaterThan(70);
  });

  test("finds that every loader and action says who may call it", () => {
    expect(undeclared).toEqual([]);
  });

  test("finds that every page without a component answers for itself, failures included", () => {
    const silent = methods.filter(({ isDocument, isResource }) => isDocument === isResource);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  test("has a sample for every route that takes a body", () => {
    const takingBodies = methods.filter(({ method, body }) => body !== undefined && method !== "GET");
    const without = takingBodies.filter(({ name }) => samples[name] === undefined).map(({ name }) => name);
    expect(without, "add a sample to tests/routes/sweep/samples.ts").toEqual([]);
  });

  test("has no sample for a route that there is not", () => {
    const names = new Set(methods.map(({ name }) => name));
    expect(Object.keys(samples).filter((name) => !names.has(name))).toEqual([]);
  });

  test.each(byName.filter(([, { body }]) => body !== undefined))(
    "names every id that the body of %s may have",
    (name, method) => {
      const named = new Set<string>();
      for (const sample of samples[name] ?? []) collectNames(sample((thing) => thing).body, named);
      expect([...idNames(method.body)].filter((id) => !named.has(id))).toEqual([]);
    },
  );
});

function collectNames(value: unknown, names: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    names.add(name);
    collectNames(member, names);
  }
}

/** Whether an answer is this refusal, in the way that its kind of route says so. */
function expectRefused(refusal: Refusal, answer: Answer, method: SweptMethod, way: Way): void {
  if (refusal === "unauthenticated" && method.kind === "page") {
    if (way === "document") expect(answer.location).toMatch(/^\/sign-in/);
    else expect(answer.text).toContain("/sign-in");
    expect(answer.status).toBe(way === "document" ? 302 : 202);
    return;
  }
  expect(answer.status).toBe(refusal === "unauthenticated" ? 401 : 403);
  if (method.kind === "api") expect(JSON.parse(answer.text)).toMatchObject({ code: refusal });
}

/**
 * Every way for one credential; for the others the cheapest, since a page's drawing decides nothing, but for
 * what has none.
 */
const waysFor = (method: SweptMethod, isFirst: boolean): Way[] =>
  isFirst || !method.isDocument ? waysOf(method) : waysOf(method).slice(-1);

describe("who is nobody, or not any more", () => {
  test.each(byName)("gets nothing of %s", async (_, method) => {
    const [sample] = variantsOf(method, samples);
    if (sample === undefined) throw new Error("a route has no variant");
    const request = fill(method, sample, mine, { position: "all", from: theirs, as: "theirs" });
    await Promise.all(
      strangersTo(theirs).flatMap((credential, n) =>
        waysFor(method, n === 0).map(async (way) => {
          const answer = await ask(server.origin, method, request, withOrigin(credential), way);
          const refusal = refusalOf(method, credential);
          if (refusal !== undefined) expectRefused(refusal, answer, method, way);
          expect(answer.status, answer.text.slice(0, 500)).toBeLessThan(500);
          expect(leaksOf(theirs, answer, request)).toEqual([]);
        }),
      ),
    );
  });

  test.each(byName.filter(([, { kind, scope }]) => kind === "api" && scope !== "public"))(
    "is refused by %s before anything that they sent is looked at",
    async (_, method) => {
      const [sample] = variantsOf(method, samples);
      if (sample === undefined) throw new Error("a route has no variant");
      const { path } = fill(method, sample, mine);
      const response = await server.fetch(`${path}?unknown=1`, {
        method: method.method,
        ...(method.method !== "GET" && { body: "{broken", headers: { "Content-Type": "application/json" } }),
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: "unauthenticated", category: "authentication" });
      expect(response.headers.get("WWW-Authenticate")).toMatch(/^Bearer/);
      expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    },
  );
});

/** A page of ours would send it; without, the origin's check would refuse before the route does. */
const withOrigin = ({ headers }: Credential): Record<string, string> => ({
  Origin: server.runtime.env.http.origin,
  ...headers,
});

/** Each position by itself and all at once; a page is drawn for the last of these only. */
function positionsFor(count: number, { kind }: SweptMethod, way: Way): (number | "all")[] {
  if (count <= 1) return [0];
  return kind === "page" && way === "document" ? ["all"] : [...Array(count).keys(), "all"];
}

describe("who belongs to another tenant", () => {
  let before: Record<string, string>;
  beforeAll(async () => {
    before = await digestOf(server, theirs.tenantId);
  });

  test.each(byName)("finds in %s what is not theirs as absent as nothing", async (_, method) => {
    await mine.signInAgain();
    for (const sample of variantsOf(method, samples)) {
      const positions = positionsOf(method, sample, mine);
      for (const [n, credential] of membersOf(mine).entries()) {
        const headers = withOrigin(credential);
        const refusal = refusalOf(method, credential);
        for (const way of waysFor(method, n === 0)) {
          for (const position of positionsFor(positions, method, way)) {
            const [request, none] = (["theirs", "twin"] as const).map((as) =>
              fill(method, sample, mine, { position, from: theirs, as }),
            );
            if (request === undefined || none === undefined) throw new Error("unreachable");
            // What stands beside it may be one's own, and is changed by the first request that names it.
            if (method.method !== "GET") await ask(server.origin, method, none, headers, way);
            const answer = await ask(server.origin, method, request, headers, way);
            const what = `${credential.name}, ${way}, position ${position}: ${answer.text.slice(0, 300)}`;
            expect(answer.status, what).toBeLessThan(500);
            expect(leaksOf(theirs, answer, request), what).toEqual([]);
            if (refusal !== undefined) {
              expectRefused(refusal, answer, method, way);
              break;
            }
            if (request.planted.length === 0) continue;
            const absent = await ask(server.origin, method, none, headers, way);
            expect(answer.comparable, what).toBe(absent.comparable);
            const isInPath = request.planted.some((id) => request.path.includes(id));
            // Another tenant's by name is for those who run the service, whatever else is asked.
            const tenant = new URLSearchParams(request.search).get("tenantId");
            const isOfAnother = tenant !== null && request.planted.includes(tenant);
            if (isInPath && way === "document") expect(answer.status, what).toBe(isOfAnother ? 403 : 404);
          }
        }
      }
    }
  });

  test("has changed nothing of theirs", async () => {
    expect(await digestOf(server, theirs.tenantId)).toEqual(before);
  });
});

describe("a change that another site made a browser send", () => {
  let before: Record<string, string>;
  beforeAll(async () => {
    before = await digestOf(server, theirs.tenantId);
  });

  const evil = "https://evil.example";
  const elsewhere: [string, Record<string, string>][] = [
    ["a foreign origin", { Origin: evil }],
    ["no origin that can be told", { Origin: "null" }],
    ["no origin", {}],
    ["the browser's word for another site", { "Sec-Fetch-Site": "cross-site" }],
    [
      "a host that a proxy is said to have had",
      {
        Origin: evil,
        Host: "evil.example",
        "X-Forwarded-Host": "evil.example",
        Forwarded: "host=evil.example",
      },
    ],
  ];
  test.each(byName.filter(([, { method }]) => method !== "GET"))("never reaches %s", async (_, method) => {
    const { Origin: _ours, ...cookie } = theirs.people.admin;
    const [sample] = variantsOf(method, samples);
    if (sample === undefined) throw new Error("a route has no variant");
    const request = fill(method, sample, theirs);
    for (const way of waysOf(method))
      for (const [what, headers] of elsewhere) {
        const answer = await ask(server.origin, method, request, { ...cookie, ...headers }, way);
        expect(answer.status, what).toBe(403);
        expect(JSON.parse(answer.text), what).toMatchObject({ code: "wrong_origin" });
      }
  });

  test("has changed nothing", async () => {
    expect(await digestOf(server, theirs.tenantId)).toEqual(before);
  });
});

test.each(byName)("%s is not reached by its route's name", async (_, method) => {
  const [sample] = variantsOf(method, samples);
  if (sample === undefined) throw new Error("a route has no variant");
  const request = fill(method, sample, theirs);
  for (const name of ["_data", "%5Fdata"]) {
    const search = `${request.search === "" ? "?" : `${request.search}&`}${name}=${encodeURIComponent(method.routeId)}`;
    const answer = await ask(server.origin, method, { ...request, search }, theirs.people.admin);
    expect(answer.status).toBe(400);
    expect(leaksOf(theirs, answer, { ...request, planted: [] })).toEqual([]);
  }
});

describe("who belongs there", () => {
  test.each(byName)("is let into %s as their scopes say", async (_, method) => {
    await theirs.signInAgain();
    for (const sample of variantsOf(method, samples)) {
      const request = fill(method, sample, theirs);
      for (const [n, credential] of [...membersOf(theirs), ...alsoOf(theirs, method)].entries()) {
        const refusal = refusalOf(method, credential);
        for (const way of waysFor(method, n === 0)) {
          const answer = await ask(server.origin, method, request, withOrigin(credential), way);
          const what = `${credential.name}, ${way}: ${answer.status} ${answer.text.slice(0, 500)}`;
          if (refusal !== undefined) {
            expectRefused(refusal, answer, method, way);
            continue;
          }
          expect(answer.status, what).toBeLessThan(500);
          if (method.scope !== "public") expect(answer.status, what).not.toBe(401);
          if (answer.status === 403) expect(answer.text, what).not.toContain(`"scope":"${method.scope}"`);
          // Else the sample probes nothing: its ids would be as absent to their owner.
          if (n === 0 && way === "document" && !method.path.includes("*")) {
            const { statuses } = request;
            if (statuses === undefined) expect(answer.status, what).toBeLessThan(400);
            else expect(statuses, what).toContain(answer.status);
          }
        }
      }
    }
  });
});
