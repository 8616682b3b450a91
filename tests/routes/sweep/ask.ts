import type { Scope } from "#app/domain/auth/scopes.ts";
import { defaultAgentKeyScopes, platformAdminScopes, scopesOfRole } from "#app/domain/auth/scopes.ts";
import { idPrefixes } from "#db/ids.ts";
import { bearer } from "../api-client.ts";
import type { MakeSample, NameThing, Sample } from "./samples.ts";
import { idFields, paramNames, paramPrefixes, type SweptMethod } from "./sweep-routes.ts";
import { type Thing, twinOf, type World } from "./world.ts";

/** Who asks, and what that gives them. */
export interface Credential {
  name: string;
  headers: Record<string, string>;
  kind: "person" | "program" | "nobody";
  scopes: ReadonlySet<Scope>;
}

const person = (name: string, headers: Record<string, string>, scopes: readonly Scope[]): Credential => ({
  ...{ name, headers, kind: "person" },
  scopes: new Set(scopes),
});
const nobody = (name: string, headers: Record<string, string>): Credential => ({
  ...{ name, headers, kind: "nobody", scopes: new Set() },
});

/** All who belong to a tenant. */
export const membersOf = ({ people, agentKey }: World): Credential[] => [
  person("an admin", people.admin, scopesOfRole.tenant_admin),
  person("a developer", people.developer, scopesOfRole.developer),
  person("a member", people.member, scopesOfRole.member),
  { ...nobody("an agent", bearer(agentKey)), kind: "program", scopes: new Set(defaultAgentKeyScopes) },
];

/** Other ways to be one of them, each worth what it stands for; and who runs the service, where it takes them. */
export const alsoOf = ({ people, tokens }: World, { scope }: SweptMethod): Credential[] => [
  person("a developer's token", bearer(tokens.ofDeveloper), scopesOfRole.developer),
  {
    ...nobody("an agent's token", bearer(tokens.ofAgent)),
    ...{ kind: "program", scopes: new Set(defaultAgentKeyScopes) },
  },
  ...(scope === "tenants:admin"
    ? [
        person("a platform admin", people.platformAdmin, [
          ...scopesOfRole.tenant_admin,
          ...platformAdminScopes,
        ]),
      ]
    : []),
];

/** Credentials that are none, or none any more. */
export const strangersTo = ({ keys, sessions, tokens }: World): Credential[] => [
  nobody("nobody", {}),
  nobody("a revoked key", bearer(keys.revoked)),
  nobody("an expired key", bearer(keys.expired)),
  nobody("a revoked session", sessions.revoked),
  nobody("an expired session", sessions.expired),
  nobody("an expired token", bearer(tokens.expired)),
  nobody("a token of an ended session", bearer(tokens.ofEndedSession)),
  nobody("a token of a revoked key", bearer(tokens.ofRevokedKey)),
];

export type Refusal = "unauthenticated" | "forbidden" | undefined;

/** What the declared scope makes of who asks, before anything that they ask for. */
export function refusalOf({ scope, kind }: SweptMethod, credential: Credential): Refusal {
  if (scope === "public") return undefined;
  if (credential.kind === "nobody") return "unauthenticated";
  if (kind === "page" && credential.kind === "program") return "forbidden";
  return scope === "authenticated" || credential.scopes.has(scope) ? undefined : "forbidden";
}

/** A request with its ids filled in. */
export interface FilledRequest {
  path: string;
  search: string;
  body: unknown;
  statuses: readonly number[] | undefined;
  /** The ids that are the other tenant's, or their twins, as they stand in it. */
  planted: string[];
}

/** Which of a request's id positions name the other tenant's things: one, all, or none. */
export type Planting = { position: number | "all"; from: World; as: "theirs" | "twin" } | undefined;

const thingOfPrefix: Partial<Record<string, Thing[]>> = {
  agt: ["agent", "otherAgent"],
  msg: ["message"],
  key: ["spareKey"],
  mem: ["adminMember"],
  dsk: ["desk"],
  hld: ["hold"],
  ers: ["erasure"],
  inv: ["invitation"],
  ses: ["session"],
  usr: ["memberUser"],
  ten: ["tenant"],
  lse: ["lease"],
  evt: ["event"],
  vrf: ["verification"],
  arc: ["archive"],
  bil: ["invoice"],
  bgt: ["budget"],
  rsv: ["reservation"],
  chn: ["channel"],
  ntf: ["notice"],
  alr: ["foundAlert", "alert"],
  rul: ["rule"],
  sil: ["silence"],
};

/** Texts in paths that name nothing of a tenant's. */
const textParams: Record<string, string> = {
  code: "not_found",
  "*": "nothing/here",
  jobId: "1",
  sequence: "1",
  exportId: "01890000-0000-7000-8000-000000000000",
};

/** What a route is asked: its samples, or itself; and each id of its query, by itself. */
export function variantsOf(method: SweptMethod, samples: Record<string, MakeSample[]>): MakeSample[] {
  const own = samples[method.name] ?? [() => ({})];
  const [first] = own;
  const fields = method.method === "GET" ? [...idFields(method.query)] : [];
  const filtered = fields.flatMap(([field, prefixes]) =>
    prefixes.map(
      (prefix): MakeSample =>
        (id) => {
          const sample: Sample = first?.(id) ?? {};
          return { ...sample, query: { ...sample.query, [field]: id(thingOf(prefix, 0)) } };
        },
    ),
  );
  const mailboxKinds = paramNames(method.path).flatMap((name) =>
    paramPrefixes(method, name)
      .slice(1)
      .map(
        (prefix): MakeSample =>
          (id) => ({ ...first?.(id), params: { [name]: id(thingOf(prefix, 0)) } }),
      ),
  );
  return [...own, ...filtered, ...mailboxKinds];
}

function thingOf(prefix: string, earlier: number): Thing {
  const candidates = thingOfPrefix[prefix];
  const thing = candidates?.[Math.min(earlier, candidates.length - 1)];
  if (thing === undefined)
    throw new Error(`The sweep's tenants have nothing whose id begins with ${prefix}_`);
  return thing;
}

/** The request of a sample, about the things of `own` but where `planting` says otherwise. */
export function fill(
  method: SweptMethod,
  sample: MakeSample,
  own: World,
  planting?: Planting,
): FilledRequest {
  const planted = new Set<string>();
  let position = 0;
  const id: NameThing = (thing) => {
    const here = position++;
    if (planting === undefined || (planting.position !== "all" && planting.position !== here))
      return own.ids[thing];
    const theirs = planting.from.ids[thing];
    const value = planting.as === "twin" ? twinOf(theirs) : theirs;
    planted.add(value);
    return value;
  };
  const { params = {}, query = {}, body, statuses } = sample(id);
  const used: Record<string, number> = {};
  const path = method.path
    .split("/")
    .map((part) => {
      const name = part === "*" ? "*" : part.startsWith(":") ? part.slice(1) : undefined;
      if (name === undefined) return part;
      const given = params[name];
      if (given !== undefined) return given;
      const [prefix] = paramPrefixes(method, name);
      if (prefix !== undefined) {
        const earlier = used[prefix] ?? 0;
        used[prefix] = earlier + 1;
        return id(thingOf(prefix, earlier));
      }
      if (name === "correlationId") return id("conversation");
      const text = textParams[name];
      if (text === undefined)
        throw new Error(`The sweep does not know what :${name} of ${method.path} names`);
      return text;
    })
    .join("/");
  const search = new URLSearchParams(query).toString();
  return { path, search: search === "" ? "" : `?${search}`, body, statuses, planted: [...planted] };
}

/** How many id positions a request has. */
export function positionsOf(method: SweptMethod, sample: MakeSample, own: World): number {
  let positions = 0;
  const counting = new Proxy(own.ids, {
    get: (ids, thing) => {
      positions += 1;
      return Reflect.get(ids, thing);
    },
  });
  fill(method, sample, { ...own, ids: counting });
  return positions;
}

export interface Answer {
  status: number;
  location: string | null;
  text: string;
  /** All of it that two answers of the same kind must agree in. */
  comparable: string;
}

/** How a route is reached: its address, the address of its page's data, or that of one route's alone. */
export type Way = "document" | "data" | "route data";

export const waysOf = ({ kind, method }: SweptMethod): Way[] => {
  if (kind === "api") return ["document"];
  return method === "GET" ? ["document", "data", "route data"] : ["document", "data"];
};

const requestId = "a-request-of-the-sweep";

/** Sends a request; a stream is read no further than its head. */
export async function ask(
  origin: string,
  method: SweptMethod,
  request: FilledRequest,
  headers: Record<string, string>,
  way: Way = "document",
): Promise<Answer> {
  const response = await fetch(`${origin}${addressOf(method, request, way)}`, {
    method: method.method,
    redirect: "manual",
    headers: { "X-Request-Id": requestId, ...bodyHeaders(method, request), ...headers },
    ...bodyOf(method, request),
  });
  const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream") ?? false;
  if (isStream) await response.body?.cancel();
  const text = isStream ? "" : await response.text();
  return {
    status: response.status,
    location: response.headers.get("Location"),
    text,
    comparable: comparable(response, text, request.planted),
  };
}

function addressOf(
  { path: pattern, routeId }: SweptMethod,
  { path, search }: FilledRequest,
  way: Way,
): string {
  // Remix tells an index from its layout by this.
  const isIndex = routeId.endsWith("_index");
  const query = new URLSearchParams(search);
  if (isIndex && way !== "document") query.set("index", "");
  if (way === "route data") query.set("_routes", routeId);
  const suffix = query.size === 0 ? "" : `?${query}`;
  if (way === "document") return `${path}${search}`;
  return `${pattern === "/" ? "/_root" : path}.data${suffix}`;
}

const bodyHeaders = ({ kind, body: schema }: SweptMethod, { body }: FilledRequest): Record<string, string> =>
  kind === "api" && (schema !== undefined || body !== undefined)
    ? { "Content-Type": "application/json" }
    : {};

function bodyOf({ kind, method }: SweptMethod, { body }: FilledRequest): RequestInit {
  if (method === "GET" || method === "DELETE") return {};
  if (kind === "api") return body === undefined ? {} : { body: JSON.stringify(body) };
  return {
    body: new URLSearchParams(Object.entries(body ?? {}).map(([name, value]) => [name, String(value)])),
  };
}

const anyTime = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const anyNonce = /(?<=nonce="|'nonce-)[A-Za-z0-9+/=]+/g;
const anyUuid = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const anySequence = /(?<="sequence":)\d+/g;

/** An answer without what is another each time: times, nonces, the ids and places of what was made. */
function comparable(response: Response, text: string, planted: readonly string[]): string {
  const headers = Object.fromEntries(response.headers);
  // Compressed or not, what is as long in other words may not be as many bytes.
  for (const name of Object.keys(headers))
    if (/^(?:date|content-length|set-cookie|(?:x-)?ratelimit.*)$/.test(name)) delete headers[name];
  let whole = [response.status, ...Object.entries(headers).map((pair) => pair.join(": ")), text].join("\n");
  for (const id of planted)
    whole = whole.replaceAll(id, "<the id>").replaceAll(encodeURIComponent(id), "<the id>");
  return whole
    .replace(anyTime, "<a time>")
    .replace(anyNonce, "<a nonce>")
    .replace(anyUuid, "<a key>")
    .replace(anySequence, "<a place>")
    .replace(anyId, "<another id>");
}

const anyId = new RegExp(`(?:${idPrefixes.join("|")})_[0-7][0-9a-hjkmnp-tv-z]{25}`, "g");

/** One's own trail tells of one's own requests, ids and all. */
const isTrail = /^\/(?:api|dashboard)\/(?:audit|activity)/;

/** What an answer tells of a tenant's that the request did not say itself. */
export function leaksOf(
  world: World,
  { text, location }: Answer,
  { path, planted }: FilledRequest,
): string[] {
  const all = `${text} ${location ?? ""}`;
  const known: ReadonlySet<string> = new Set(Object.values(world.ids));
  const ids = isTrail.test(path)
    ? []
    : (all.match(anyId) ?? []).filter((id) => known.has(id) && !planted.includes(id));
  const at = all.toLowerCase().indexOf(world.marker);
  return [...new Set(ids), ...(at === -1 ? [] : [all.slice(Math.max(0, at - 40), at + 80)])];
}
