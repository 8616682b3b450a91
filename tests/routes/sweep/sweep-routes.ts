import { pathToFileURL } from "node:url";
import type { ServerBuild } from "@remix-run/node";
import { z } from "zod";
import type { ApiSpec, MethodSpec, RouteScope } from "#app/http/api-route.server.ts";
import { type IdPrefix, idPrefixes, newId } from "#db/ids.ts";

/** One method of one route, as the sweep asks it. */
export interface SweptMethod {
  /** `POST /api/messaging/send`: its name in the table of samples. */
  name: string;
  method: string;
  /** With `:name` for parameters. */
  path: string;
  routeId: string;
  kind: "api" | "page";
  /** A page that has no component of its own answers with data … */
  isDocument: boolean;
  /** … and says that it does (`asResource`), so that failures have an answer too. */
  isResource: boolean;
  scope: RouteScope;
  params: z.ZodType | undefined;
  query: z.ZodType | undefined;
  /** The JSON body or the form. */
  body: z.ZodType | undefined;
}

export interface SweptRoutes {
  methods: SweptMethod[];
  /** Routes whose loader or action says nothing of who may call it. */
  undeclared: string[];
}

const build: ServerBuild = await import(pathToFileURL("build/server/index.js").href);

/** Every route of the build by itself: what is in `app/routes` is here without being named. */
export function sweptRoutes(): SweptRoutes {
  const found: SweptRoutes = { methods: [], undeclared: [] };
  for (const route of Object.values(build.routes)) {
    if (route === undefined || route.id === "root") continue;
    const { module } = route;
    const path = pathOf(route.id);
    const base = { path, routeId: route.id, isDocument: module.default !== undefined };
    const loader = specOf(module.loader);
    const action = specOf(module.action);
    const isApi = loader !== undefined && !isPageSpec(loader);
    if (isApi) {
      for (const [method, spec] of Object.entries(loader as ApiSpec))
        found.methods.push({
          ...{ ...base, ...pick(spec), kind: "api", method, name: `${method} ${path}` },
          isResource: true,
        });
      continue;
    }
    for (const [method, handler, spec] of [
      ["GET", module.loader, loader],
      ["POST", module.action, action],
    ] as const) {
      if (handler === undefined) continue;
      if (!isPageSpec(spec)) found.undeclared.push(`${method} ${route.id}`);
      else
        found.methods.push({
          ...{ ...base, kind: "page", method, name: `${method} ${path}` },
          ...{ scope: spec.scope, params: spec.params, query: spec.query, body: spec.form },
          isResource: spec.isResource ?? false,
        });
    }
  }
  return found;
}

/** Of the build's routes, to be held against the files there are. */
export const routeIds = (): string[] => Object.keys(build.routes).filter((id) => id !== "root");

interface PageSpec {
  kind: "page";
  scope: RouteScope;
  params?: z.ZodType;
  query?: z.ZodType;
  form?: z.ZodType;
  isResource?: boolean;
}

const specOf = (handler: unknown): unknown =>
  typeof handler === "function" && "spec" in handler ? handler.spec : undefined;

const isPageSpec = (spec: unknown): spec is PageSpec =>
  typeof spec === "object" && spec !== null && "kind" in spec && spec.kind === "page";

const pick = ({ scope, params, query, body }: MethodSpec) => ({ scope, params, query, body });

function pathOf(routeId: string): string {
  const parts: string[] = [];
  for (let at = build.routes[routeId]; at !== undefined; at = build.routes[at.parentId ?? ""])
    if (at.path) parts.unshift(at.path);
  return `/${parts.join("/")}`;
}

/** The kinds of ids that this value may be; none when it takes any text, or no id. */
export function prefixesOf(schema: z.ZodType): IdPrefix[] {
  const accepts = (value: unknown) => {
    const { success, error } = schema.safeParse(value);
    return success || error.issues.every(({ path }) => path.length > 0);
  };
  const taken = idPrefixes.filter((prefix) => accepts(newId(prefix)));
  return taken.length === idPrefixes.length || accepts("anything") ? [] : taken;
}

/** The names of parameters in a path, `*` for a splat. */
export const paramNames = (path: string): string[] =>
  path.split("/").flatMap((part) => (part === "*" ? ["*"] : part.startsWith(":") ? [part.slice(1)] : []));

/** The kinds of ids that a parameter of a path may be; none: it is a text. */
export function paramPrefixes({ params }: SweptMethod, name: string): IdPrefix[] {
  if (params === undefined) return [];
  const isRefused = (value: string) => {
    const { error } = params.safeParse({ [name]: value });
    return error?.issues.some(({ path, code }) => path[0] === name && code !== "unrecognized_keys") ?? false;
  };
  const taken = idPrefixes.filter((prefix) => !isRefused(newId(prefix)));
  return taken.length === idPrefixes.length ? [] : taken;
}

/** The fields of a query that hold an id, with the kinds that each may be. */
export const idFields = (schema: z.ZodType | undefined): Map<string, IdPrefix[]> => {
  const fields = new Map<string, IdPrefix[]>();
  for (const shape of shapesOf(schema))
    for (const [name, field] of Object.entries(shape)) {
      const inner = field instanceof z.ZodType ? field : undefined;
      const prefixes = inner === undefined ? [] : prefixesOf(inner);
      if (prefixes.length > 0) fields.set(name, prefixes);
    }
  return fields;
};

/** Every name under which an id may stand in a body, however deep. */
export function idNames(schema: z.ZodType | undefined): Set<string> {
  const names = new Set<string>();
  collect(schema, names, "", 0);
  return names;
}

function collect(schema: unknown, names: Set<string>, name: string, depth: number): void {
  if (!(schema instanceof z.ZodType) || depth > 6) return;
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject)
    for (const [key, field] of Object.entries(inner.shape)) collect(field, names, key, depth + 1);
  else if (inner instanceof z.ZodArray) collect(inner.element, names, name, depth + 1);
  else if (inner instanceof z.ZodUnion)
    for (const option of inner.options) collect(option, names, name, depth + 1);
  else if (name !== "" && prefixesOf(inner).length > 0) names.add(name);
}

function shapesOf(schema: z.ZodType | undefined): z.core.$ZodShape[] {
  if (schema === undefined) return [];
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return [inner.shape];
  return inner instanceof z.ZodUnion
    ? inner.options.flatMap((option) => (option instanceof z.ZodType ? shapesOf(option) : []))
    : [];
}

/** What is inside of defaults, optionals, preprocessing and transforms. */
function unwrap(schema: z.ZodType): z.ZodType {
  for (let at: unknown = schema; ; ) {
    if (at instanceof z.ZodOptional || at instanceof z.ZodNullable || at instanceof z.ZodDefault)
      at = at.unwrap();
    else if (at instanceof z.ZodPipe) at = at.in instanceof z.ZodTransform ? at.out : at.in;
    else return at instanceof z.ZodType ? at : schema;
  }
}
