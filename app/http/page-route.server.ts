import { type ActionFunctionArgs, type LoaderFunctionArgs, redirect } from "@remix-run/node";
import { data } from "@remix-run/server-runtime";
import type { z } from "zod";
import type { RequestInfo, UserActor } from "#app/domain/auth/actor.ts";
import { platformAdminScopes, type Role, roles, scopesOfRole } from "#app/domain/auth/scopes.ts";
import { AppError, type FieldError, isAppError } from "#app/domain/errors.ts";
import type { Runtime } from "#app/runtime.ts";
import type { Database } from "#db/database.ts";
import { assertScope, type RouteScope, scopeToRequire } from "./api-route.server.ts";
import { mayBeProbe, noteProbe } from "./note-probe.server.ts";
import { checkParams, type NoInput, parseDeclared, parseInput, readQuery } from "./parse-input.server.ts";
import { classifyError, type ProblemCode, problemKinds } from "./problem.server.ts";
import { countStranger } from "./rate-limit.server.ts";
import { readForm } from "./read-form.server.ts";
import { requestInfoOf } from "./request-context.server.ts";
import { requireActor } from "./require-actor.server.ts";

/** Pages are for people: nobody in particular on a public one, a signed-in person everywhere else. */
export type PageActorFor<S extends RouteScope> = S extends "public" ? null : UserActor;

type PageArgs = LoaderFunctionArgs | ActionFunctionArgs;

interface PageInput<S extends RouteScope, P extends z.ZodType> {
  runtime: Runtime;
  db: Database;
  actor: PageActorFor<S>;
  params: z.output<P>;
  /** What audit events record of the request. */
  request: RequestInfo;
  url: URL;
  headers: Headers;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
  /** The request and context as Remix gave them (a form's body can be read again), for the authenticator. */
  args: PageArgs;
}

export interface PageLoaderInput<S extends RouteScope, P extends z.ZodType, Q extends z.ZodType>
  extends PageInput<S, P> {
  query: z.output<Q>;
}

export interface PageActionInput<S extends RouteScope, P extends z.ZodType, F extends z.ZodType>
  extends PageInput<S, P> {
  form: z.output<F>;
}

/** What an action answers when the form was not right; the page shows it beside the fields. */
export interface FormFailure {
  errors: FieldError[];
  /** A sentence for the form as a whole. */
  message: string;
  code: ProblemCode;
}

/** What an error boundary finds in `error.data`. */
export interface PageProblem {
  title: string;
  detail: string;
  code: ProblemCode;
  requestId: string;
}

/** What a page's loader or action declares. For sweeps over all routes. */
export interface PageSpec {
  kind: "page";
  scope: RouteScope;
  params?: z.ZodType | undefined;
  query?: z.ZodType | undefined;
  form?: z.ZodType | undefined;
  /** Of a route without a component (`resource-route.server.ts`). */
  isResource?: boolean | undefined;
}

type WithSpec<F> = F & { spec: PageSpec };

/**
 * Declares a page's loader: its scope, its params and query, and what it loads. Anonymous people
 * are sent to sign in and come back; what they may not see, or is not there, is thrown to the error
 * boundary. Query parameters that the page does not know are ignored, since links gather them.
 */
export function pageLoader<
  S extends RouteScope,
  R,
  P extends z.ZodType = NoInput,
  Q extends z.ZodType = NoInput,
>(page: {
  scope: S;
  params?: P;
  query?: Q;
  handler: (input: PageLoaderInput<S, P, Q>) => Promise<R> | R;
}): WithSpec<(args: LoaderFunctionArgs) => Promise<R>> {
  assertScope(page.scope, "A page's loader");
  const loader = async (args: LoaderFunctionArgs): Promise<R> => {
    try {
      const input = await readPage(args, page.scope, page.params);
      const query = parseDeclared(page.query, page.query && readQuery(input.url.search), "query");
      return await watched(input, page.scope, { query }, () => page.handler({ ...input, query }));
    } catch (error) {
      throw toThrown(error, args);
    }
  };
  const { scope, params, query } = page;
  return Object.assign(loader, { spec: { kind: "page" as const, scope, params, query } });
}

/**
 * Declares a page's action: its scope, its params and form, and what it does. A form that is not
 * right answers `{ errors, message, code }` with its 4xx status, for the page to show; what the
 * person may not do, or is not there, is thrown to the error boundary.
 */
export function pageAction<
  S extends RouteScope,
  R,
  F extends z.ZodType,
  P extends z.ZodType = NoInput,
>(page: {
  scope: S;
  params?: P;
  form: F;
  handler: (input: PageActionInput<S, P, F>) => Promise<R> | R;
}): WithSpec<(args: ActionFunctionArgs) => Promise<R | ReturnType<typeof data<FormFailure>>>> {
  assertScope(page.scope, "A page's action");
  const action = async (args: ActionFunctionArgs) => {
    try {
      const input = await readPage(args, page.scope, page.params);
      const { fields, request } = await readForm(args.request);
      const form = parseInput(page.form, fields, "body");
      const query = Object.fromEntries(input.url.searchParams);
      return await watched(input, page.scope, { query, form }, () =>
        page.handler({ ...input, form, args: { ...args, request } }),
      );
    } catch (error) {
      const failure = formFailure(error, args);
      if (failure !== undefined) return failure;
      throw toThrown(error, args);
    }
  };
  const { scope, params, form } = page;
  return Object.assign(action, { spec: { kind: "page" as const, scope, params, form } });
}

async function readPage<S extends RouteScope, P extends z.ZodType>(
  args: PageArgs,
  scope: S,
  params: P | undefined,
): Promise<PageInput<S, P>> {
  const { request, context } = args;
  const actor = scope === "public" ? null : await requirePerson(args, scope);
  if (actor === null) await countStranger(context);
  checkParams(args.params);
  return {
    runtime: context.runtime,
    db: context.runtime.db,
    // Null exactly where the scope is "public", which the compiler does not see through S.
    actor: actor as PageActorFor<S>,
    params: parseDeclared(params, args.params, "params"),
    request: requestInfoOf(context),
    url: new URL(request.url),
    headers: request.headers,
    signal: context.signal,
    args,
  };
}

/** Runs a handler, and has the watch look at the ids that it was asked for and did not give. */
async function watched<R>(
  { args, actor, params }: PageInput<RouteScope, z.ZodType>,
  scope: RouteScope,
  { query, form }: { query?: unknown; form?: unknown },
  run: () => Promise<R> | R,
): Promise<R> {
  const note = (...named: unknown[]) => {
    if (actor !== null && scope !== "tenants:admin")
      noteProbe(args.context, actor, args.request, args.params, named);
  };
  try {
    const value = await run();
    // A list by what is another tenant's is empty, and a form may have been done in part: no error says so.
    note(query, form);
    return value;
  } catch (error) {
    if (mayBeProbe(error)) note(params, query, form);
    throw error;
  }
}

async function requirePerson({ request, context }: PageArgs, scope: RouteScope): Promise<UserActor> {
  const actor = await requireActor(request, context, { scope: scopeToRequire(scope) });
  if (actor.kind !== "user") throw new AppError("forbidden", "This page is for people, not for programs.");
  return actor;
}

/** Codes that end the page rather than being shown beside the form. */
const beyondTheForm: ReadonlySet<string> = new Set(["unauthenticated", "forbidden", "not_found"]);

function formFailure(error: unknown, { context }: PageArgs) {
  if (!isAppError(error) || beyondTheForm.has(error.code)) return undefined;
  const { status } = problemKinds[error.code];
  if (status >= 500) return undefined;
  const failure: FormFailure = { errors: error.errors, message: error.message, code: error.code };
  return data(failure, { status, headers: retryHeaders(context, error.retryAfterSeconds) });
}

/** What a loader or action throws in place of `error`: a redirect to sign-in, or a page's problem. */
function toThrown(error: unknown, { request, context }: PageArgs): unknown {
  if (error instanceof Response || isDataWithInit(error)) return error;
  if (isAppError(error) && error.code === "unauthenticated") return redirect(signInPath(request));
  const { problem, unexpected, retryAfterSeconds } = classifyError(error, context.requestId);
  if (unexpected && !context.signal.aborted)
    context.runtime.log.error({ err: error, requestId: context.requestId }, "A page failed");
  const shown: PageProblem = {
    title: problem.title,
    detail: problem.code === "forbidden" ? deniedInWords(problem.scope, problem.detail) : problem.detail,
    code: problem.code,
    requestId: problem.requestId,
  };
  return data(shown, {
    ...{ status: problem.status, statusText: problem.title },
    headers: retryHeaders(context, retryAfterSeconds),
  });
}

/** Remix gives them to data requests alone; the adapter adds what the context says to documents. */
function retryHeaders(context: PageArgs["context"], seconds: number | undefined): Record<string, string> {
  if (seconds === undefined) return {};
  context.retryAfterSeconds = seconds;
  return { "Retry-After": String(seconds) };
}

const roleNames: Record<Role, string> = {
  tenant_admin: "admins",
  developer: "developers",
  member: "members",
};

/** A person is told whose page it is, rather than the name of a scope. */
function deniedInWords(scope: unknown, otherwise: string): string {
  if (platformAdminScopes.some((one) => one === scope))
    return "This is for the people who run the service itself, and you are not one of them.";
  const allowed = roles.filter((role) => scopesOfRole[role].some((own) => own === scope));
  if (allowed.length === 0) return otherwise;
  const whose = new Intl.ListFormat("en-GB").format(allowed.map((role) => roleNames[role]));
  return `This is for ${whose}, and your role does not include it. An admin of your organisation can change that.`;
}

/** Back to a page, never to the address an action was posted to by something that is no page. */
function signInPath(request: Request): string {
  const url = new URL(request.url);
  const back = `${url.pathname}${url.search}`;
  return back === "/" ? "/sign-in" : `/sign-in?redirectTo=${encodeURIComponent(back)}`;
}

/** Remix's `data()` value, thrown by a handler on purpose. */
const isDataWithInit = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "type" in value && value.type === "DataWithResponseInit";
