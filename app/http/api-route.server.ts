import type { ActionFunctionArgs, AppLoadContext, LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import type { Actor, RequestInfo } from "#app/domain/auth/actor.ts";
import { type Scope, scopes } from "#app/domain/auth/scopes.ts";
import { AppError } from "#app/domain/errors.ts";
import type { Runtime } from "#app/runtime.ts";
import type { Database } from "#db/database.ts";
import { textResponse } from "./known-body.server.ts";
import { mayBeProbe, noteProbe } from "./note-probe.server.ts";
import {
  assertStrict,
  checkParams,
  type NoInput,
  parseDeclared,
  parseInput,
  readQuery,
} from "./parse-input.server.ts";
import { classifyError, toResponse } from "./problem.server.ts";
import { countStranger } from "./rate-limit.server.ts";
import { type JsonBodyOptions, readJsonBody } from "./read-body.server.ts";
import { requestInfoOf } from "./request-context.server.ts";
import { requireActor } from "./require-actor.server.ts";

/** What a route asks of its caller: a scope, only that somebody is signed in, or nothing at all. */
export type RouteScope = Scope | "authenticated" | "public";

/** Nobody in particular on a public route; somebody everywhere else. */
export type ActorFor<S extends RouteScope> = S extends "public" ? null : Actor;

export interface ApiInput<S extends RouteScope, P extends z.ZodType, Q extends z.ZodType, B> {
  runtime: Runtime;
  db: Database;
  actor: ActorFor<S>;
  params: z.output<P>;
  query: z.output<Q>;
  body: B;
  /** What audit events record of the request. */
  request: RequestInfo;
  headers: Headers;
  clientAddress: string;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
  /** To be told of what an answer that is no error says is not there: the ids in `named` may be another tenant's. */
  missing(named: unknown): void;
}

interface ReadMethod<S extends RouteScope, P extends z.ZodType, Q extends z.ZodType> {
  scope: S;
  /** Asked by machines that look after this one: counts against no rate limit. */
  isUncounted?: boolean;
  params?: P;
  query?: Q;
  /** A Response, or a value to send as JSON with 200; undefined is 204. */
  handler: (input: ApiInput<S, P, Q, undefined>) => unknown;
}

interface WriteMethod<S extends RouteScope, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  scope: S;
  params?: P;
  query?: Q;
  body?: B;
  /** Where the body's limits are others than usual. */
  json?: JsonBodyOptions;
  /** A Response, or a value to send as JSON with 200; undefined is 204. */
  handler: (input: ApiInput<S, P, Q, z.output<B>>) => unknown;
}

/** What one method of a route declares, without its handler's types. */
export interface MethodSpec {
  scope: RouteScope;
  params?: z.ZodType | undefined;
  query?: z.ZodType | undefined;
  body?: z.ZodType | undefined;
  json?: JsonBodyOptions | undefined;
  isUncounted?: boolean | undefined;
}

export const apiMethods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type ApiMethod = (typeof apiMethods)[number];

/** By method: what the route declares. For sweeps over all routes, and documentation. */
export type ApiSpec = Partial<Record<ApiMethod, MethodSpec>>;

type RouteArgs = LoaderFunctionArgs | ActionFunctionArgs;
type RouteFunction = ((args: RouteArgs) => Promise<Response>) & { spec: ApiSpec };

export interface ApiRoute {
  loader: RouteFunction;
  action: RouteFunction;
  spec: ApiSpec;
}

type AnyHandler = (input: ApiInput<RouteScope, z.ZodType, z.ZodType, unknown>) => unknown;
interface Method extends MethodSpec {
  run: AnyHandler;
}

/**
 * Declares a JSON resource route: for each method its scope, its params, query and body, and what
 * answers. The loader and action it makes always return a Response; whatever is thrown becomes
 * problem+json. A method without a scope, or a schema that lets unknown fields through, fails when
 * the module is loaded.
 */
export function api<
  GS extends RouteScope,
  SS extends RouteScope,
  US extends RouteScope,
  HS extends RouteScope,
  DS extends RouteScope,
  GP extends z.ZodType = NoInput,
  GQ extends z.ZodType = NoInput,
  SP extends z.ZodType = NoInput,
  SQ extends z.ZodType = NoInput,
  SB extends z.ZodType = z.ZodUndefined,
  UP extends z.ZodType = NoInput,
  UQ extends z.ZodType = NoInput,
  UB extends z.ZodType = z.ZodUndefined,
  HP extends z.ZodType = NoInput,
  HQ extends z.ZodType = NoInput,
  HB extends z.ZodType = z.ZodUndefined,
  DP extends z.ZodType = NoInput,
  DQ extends z.ZodType = NoInput,
>(declared: {
  GET?: ReadMethod<GS, GP, GQ>;
  POST?: WriteMethod<SS, SP, SQ, SB>;
  PUT?: WriteMethod<US, UP, UQ, UB>;
  PATCH?: WriteMethod<HS, HP, HQ, HB>;
  DELETE?: ReadMethod<DS, DP, DQ>;
}): ApiRoute {
  const methods = new Map<string, Method>();
  const spec: ApiSpec = {};
  for (const name of apiMethods) {
    const method = declared[name];
    if (method === undefined) continue;
    const described: MethodSpec = {
      scope: method.scope,
      params: method.params,
      query: method.query,
      body: "body" in method ? method.body : undefined,
      json: "json" in method ? method.json : undefined,
      isUncounted: "isUncounted" in method && method.isUncounted,
    };
    assertDeclared(name, described);
    spec[name] = described;
    // The handler takes exactly what the schemas beside it give; that tie is lost in a map of all methods.
    methods.set(name, { ...described, run: method.handler as AnyHandler });
  }
  if (methods.size === 0) throw new TypeError("An API route needs a method.");
  const allow = allowedMethods(methods);

  const answer = async ({ request, params, context }: RouteArgs): Promise<Response> => {
    try {
      if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: { Allow: allow } });
      const method = methods.get(request.method === "HEAD" ? "GET" : request.method);
      if (method === undefined) {
        throw new AppError("method_not_allowed", `This address answers to ${allow}.`);
      }
      return respond(await run(method, request, params, context));
    } catch (error) {
      return failure(error, context, allow);
    }
  };
  const route = Object.assign(answer, { spec });
  return { loader: route, action: route, spec };
}

/** Fails the start when a route says nothing, or nonsense, of who may call it. */
export function assertScope(scope: unknown, what: string): void {
  const known: readonly unknown[] = [...scopes, "authenticated", "public"];
  if (!known.includes(scope)) throw new TypeError(`${what} declares no scope.`);
}

/** The scope an actor must hold; undefined when being signed in is enough. */
export const scopeToRequire = (scope: RouteScope): Scope | undefined =>
  scope === "public" || scope === "authenticated" ? undefined : scope;

function assertDeclared(name: string, method: MethodSpec): void {
  assertScope(method.scope, `${name} of an API route`);
  assertStrict(method.query, `The query of ${name}`);
  assertStrict(method.body, `The body of ${name}`);
}

function allowedMethods(methods: Map<string, Method>): string {
  const names = [...methods.keys()];
  if (methods.has("GET")) names.splice(1, 0, "HEAD");
  return [...names, "OPTIONS"].join(", ");
}

async function run(
  method: Method,
  request: Request,
  params: Record<string, string | undefined>,
  context: AppLoadContext,
): Promise<unknown> {
  // Who asks comes first: a stranger learns nothing of what a valid request looks like.
  const actor =
    method.scope === "public"
      ? null
      : await requireActor(request, context, { scope: scopeToRequire(method.scope) });
  if (actor === null && !method.isUncounted) await countStranger(context);
  checkParams(params);
  const search = request.url.indexOf("?");
  const query = readQuery(search === -1 ? "" : request.url.slice(search));
  const note = (...named: unknown[]) => {
    if (actor !== null && method.scope !== "tenants:admin") noteProbe(context, actor, request, params, named);
  };
  const input: ApiInput<RouteScope, z.ZodType, z.ZodType, unknown> = {
    runtime: context.runtime,
    db: context.runtime.db,
    actor,
    params: parseDeclared(method.params, params, "params"),
    query: parseInput(method.query ?? noParameters, query, "query"),
    body:
      method.body === undefined
        ? undefined
        : parseInput(method.body, await readJsonBody(request, method.json), "body"),
    request: requestInfoOf(context),
    // Both are made when they are first asked for, which most handlers never do.
    get headers() {
      return request.headers;
    },
    clientAddress: context.clientAddress,
    get signal() {
      return context.signal;
    },
    missing: note,
  };
  try {
    const value = await method.run(input);
    // A list by what is another tenant's is empty rather than absent.
    if (search !== -1) note(input.query);
    return value;
  } catch (error) {
    if (mayBeProbe(error)) note(input.params, input.query, input.body);
    throw error;
  }
}

const noParameters = z.strictObject({});

function respond(value: unknown): Response {
  if (value instanceof Response) return value;
  if (value === undefined)
    return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
  return json(value);
}

/** A JSON answer. Not to be kept by anybody unless the headers say so. */
export function json(
  value: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Response {
  const headers = { "Content-Type": "application/json", "Cache-Control": "no-store", ...init.headers };
  return textResponse(JSON.stringify(value), { status: init.status ?? 200, headers });
}

/** The problem document for what a route threw; what is our fault goes to the log with its stack. */
function failure(error: unknown, context: AppLoadContext, allow: string): Response {
  if (error instanceof Response) return error;
  const classified = classifyError(error, context.requestId);
  if (classified.unexpected && !context.signal.aborted)
    context.runtime.log.error({ err: error, requestId: context.requestId }, "A request failed");
  return toResponse(classified, classified.problem.status === 405 ? { Allow: allow } : undefined);
}
