import { existsSync } from "node:fs";
import type { RequestListener, Server } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createRequestHandler, type ServerBuild } from "@remix-run/node";
import { createFastLane } from "../http/fast-lane.server.ts";
import { createListener } from "../http/node-adapter.server.ts";
import { createRoutePatterns, type RoutePatterns } from "../http/route-patterns.server.ts";
import { createSecurityHeaders } from "../http/security-headers.server.ts";
import { createStaticFiles } from "../http/static-files.server.ts";
import type { Runtime } from "../runtime.ts";
import { projectRoot } from "./project-root.server.ts";

export interface LoadedRemix {
  listener: RequestListener;
  close(): Promise<void>;
}

/**
 * The built app.
 * @param fastLane off, everything goes through Remix's router: for comparing the two
 */
export async function loadBuild(runtime: Runtime, { fastLane = true } = {}): Promise<LoadedRemix> {
  const root = projectRoot();
  const entry = join(root, "build/server/index.js");
  if (!existsSync(entry)) throw new Error("There is no build yet. Run `npm run build` first.");
  const build: ServerBuild = await import(/* @vite-ignore */ pathToFileURL(entry).href);
  const secure = runtime.env.http.origin.startsWith("https:");
  const listener = createListener({
    runtime,
    serveStatic: createStaticFiles(
      join(root, "build/client"),
      createSecurityHeaders({ secure, development: false }).file,
    ),
    fastLane: fastLane ? createFastLane(build.routes) : undefined,
    remix: createRequestHandler(build, "production"),
    routePatterns: createRoutePatterns(build.routes),
    development: false,
  });
  return { listener, close: async () => undefined };
}

/** The app from its sources, through Vite's dev server: modules are replaced while it runs. */
export async function loadDevelopment(runtime: Runtime, server: Server): Promise<LoadedRemix> {
  const { createServer } = await import("vite");
  // Remix's plugin starts a second Vite that ends the process on SIGTERM, in the middle of our own
  // graceful stop, which would leave PostgreSQL behind.
  const earlier = process.listeners("SIGTERM");
  const vite = await createServer({
    root: projectRoot(),
    appType: "custom",
    server: { middlewareMode: true, hmr: { server } },
  });
  for (const listener of process.listeners("SIGTERM"))
    if (!earlier.includes(listener)) process.off("SIGTERM", listener);
  let routePatterns: RoutePatterns = () => undefined;
  const load = async (): Promise<ServerBuild> => {
    const build = (await vite.ssrLoadModule("virtual:remix/server-build")) as ServerBuild;
    routePatterns = createRoutePatterns(build.routes);
    return build;
  };
  const listener = createListener({
    runtime,
    serveStatic: () => false,
    fastLane: undefined,
    remix: createRequestHandler(load, "development"),
    routePatterns: (path) => routePatterns(path),
    development: true,
  });
  return {
    listener: (incoming, out) => vite.middlewares(incoming, out, () => listener(incoming, out)),
    close: () => vite.close(),
  };
}
