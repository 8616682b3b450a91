import type { ActionFunction, AppLoadContext, LoaderFunction, ServerBuild } from "@remix-run/node";
import findMyWay, { type HTTPMethod } from "find-my-way";
import { patternOf } from "./route-patterns.server.ts";

export interface FastLaneMatch {
  /** The address of the route, with `:name` for parameters. */
  pattern: string;
  params: Record<string, string | undefined>;
  call: (request: Request, context: AppLoadContext) => Promise<unknown>;
}

export interface FastLane {
  /** The API route of exactly this path, or undefined: then Remix decides. `search` begins with `?` or is empty. */
  match(method: string, path: string, search: string): FastLaneMatch | undefined;
  /** The addresses it answers, with `:name` for parameters. */
  paths: string[];
}

type Routes = ServerBuild["routes"];
type Route = NonNullable<Routes[string]>;

const readMethods: HTTPMethod[] = ["GET", "HEAD", "OPTIONS"];
const writeMethods: HTTPMethod[] = ["POST", "PUT", "PATCH", "DELETE"];

/** Escapes mean different things to different routers, so only plain paths are matched here. */
const plainPath = /^\/[A-Za-z0-9._~:@/-]*$/;

/** Parameters that Remix takes for itself and hides from the route; a name with an escape may be one. */
const remixParameter = /[?&](?:(?:index|_routes)(?:[=&]|$)|[^=&]*%)/;

interface Target {
  pattern: string;
  loader: LoaderFunction;
  action: ActionFunction;
}

/**
 * Remix matches every request anew against all routes, which costs ten times what a small API
 * handler does. This matches the build's API resource routes once, at start, and calls the same
 * loader or action with the same arguments. Whatever is not an exact match is left to Remix.
 */
export function createFastLane(routes: Routes): FastLane {
  const router = findMyWay({
    caseSensitive: true,
    ignoreTrailingSlash: false,
    ignoreDuplicateSlashes: false,
  });
  const paths: string[] = [];
  for (const route of Object.values(routes)) {
    const pattern = route === undefined ? undefined : apiPattern(route, routes);
    const target = route === undefined ? undefined : resourceOf(route);
    if (pattern === undefined || target === undefined) continue;
    router.on([...readMethods, ...writeMethods], pattern, () => undefined, { pattern, ...target });
    paths.push(pattern);
  }
  return {
    paths,
    match(method, path, search) {
      if (!plainPath.test(path) || remixParameter.test(search)) return undefined;
      const found = router.find(toHttpMethod(method), path);
      if (found === null) return undefined;
      const target: Target = found.store;
      const isRead = method === "GET" || method === "HEAD" || method === "OPTIONS";
      const { params } = found;
      return {
        pattern: target.pattern,
        params,
        call: async (request, context) =>
          isRead ? target.loader({ request, params, context }) : target.action({ request, params, context }),
      };
    },
  };
}

const toHttpMethod = (method: string): HTTPMethod =>
  [...readMethods, ...writeMethods].find((known) => known === method) ?? "TRACE";

/** `/api/agents/:agentId`; undefined for what is no API address, or one that only Remix can match. */
function apiPattern(route: Route, routes: Routes): string | undefined {
  const pattern = patternOf(route, routes);
  return !pattern.startsWith("/api/") || /[*?]/.test(pattern) ? undefined : pattern;
}

/** A route module with no page of its own, as Remix tells resource routes. */
function resourceOf({ module }: Route): Omit<Target, "pattern"> | undefined {
  if (module.default !== undefined || module.ErrorBoundary !== undefined) return undefined;
  const { loader, action } = module;
  return loader === undefined || action === undefined ? undefined : { loader, action };
}
