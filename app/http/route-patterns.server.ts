import type { ServerBuild } from "@remix-run/node";
import findMyWay from "find-my-way";

type Routes = ServerBuild["routes"];
type Route = NonNullable<Routes[string]>;

/** Gives the pattern of the route that a path belongs to, such as `/dashboard/agents/:agentId`. */
export type RoutePatterns = (path: string) => string | undefined;

/** Longer than any line that a request may begin with. */
const maxParamLength = 64 * 1024;

/**
 * Names requests by what they ask for: few names however many addresses there are, for logs and
 * metrics. Data requests of pages (`.data`) count as their page. As tolerant as Remix's own router.
 */
export function createRoutePatterns(routes: Routes): RoutePatterns {
  const router = findMyWay({
    caseSensitive: false,
    ignoreTrailingSlash: true,
    ignoreDuplicateSlashes: true,
    maxParamLength,
  });
  const patterns = new Set<string>();
  for (const route of Object.values(routes)) {
    const pattern = route === undefined ? undefined : patternOf(route, routes);
    // A layout and its index page have the same address.
    if (pattern === undefined || pattern.includes("?") || patterns.has(pattern)) continue;
    patterns.add(pattern);
    router.on("GET", pattern, () => undefined, pattern);
  }
  return (path) => {
    const found = router.find("GET", pagePath(path));
    return found === null ? undefined : String(found.store);
  };
}

/** The address of a route with its parents', `:name` for parameters and `*` for any rest. */
export function patternOf(route: Route, routes: Routes): string {
  const parts: string[] = [];
  for (
    let at: Route | undefined = route;
    at !== undefined;
    at = at.parentId === undefined ? undefined : routes[at.parentId]
  ) {
    if (at.path !== undefined && at.path !== "") parts.unshift(at.path);
  }
  return `/${parts.join("/")}`;
}

/** The page's own path behind the address that its data is asked for at. */
function pagePath(path: string): string {
  if (!path.endsWith(".data")) return path;
  return path === "/_root.data" ? "/" : path.slice(0, -".data".length);
}
