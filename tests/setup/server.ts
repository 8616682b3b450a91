import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { type Logger, pino } from "pino";
import type { Runtime } from "#app/runtime.ts";
import { startServer } from "../../server.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { raisedLimits } from "./raised-limits.ts";

export interface LoggedError {
  msg: string;
  requestId?: string;
  err?: { message: string; stack: string };
}

/** The real server with the production build, in this process, on a free port and a database of its own. */
export interface TestServer {
  origin: string;
  runtime: Runtime;
  database: TestDatabase;
  /** `fetch` on this server; redirects are answers too. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Signs in as the sign-in page does; gives the `Cookie` header of the session. */
  signIn(who: { email: string; password: string }): Promise<string>;
  /** What was logged as an error since the last call. A test that causes one takes it, else `close` fails. */
  takeErrors(): LoggedError[];
  close(): Promise<void>;
}

export interface TestServerOptions {
  /** Kept when the server closes; one of its own is made and dropped without it. */
  database?: TestDatabase;
  env?: Record<string, string>;
  fastLane?: boolean;
  /** In place of the one that collects errors. */
  log?: Logger;
}

/** Starts the server on the build that `npm run build` has made. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  if (!existsSync(join(import.meta.dirname, "../../build/server/index.js")))
    throw new Error("These tests use the production build: run `npm run build` first.");
  const database = options.database ?? (await createTestDatabase());
  const dataDir = mkdtempSync(join(tmpdir(), "signalbox-test-server-"));
  const errors: LoggedError[] = [];
  const server = await startServer({
    fastLane: options.fastLane,
    log: options.log ?? pino({ level: "error" }, collect(errors)),
    env: {
      NODE_ENV: "test",
      PORT: "0",
      SIGNALBOX_ROLE: "web",
      SIGNALBOX_DATA_DIR: dataDir,
      SIGNALBOX_SECRET_KEY: "a secret key for tests, of at least 32 characters",
      DATABASE_URL: database.ownerUrl,
      DATABASE_TENANT_URL: database.tenantUrl,
      DATABASE_SYSTEM_URL: database.systemUrl,
      DATABASE_POOL_SIZE: "4",
      ...raisedLimits,
      ...options.env,
    },
  });
  const { origin, runtime } = server;
  const get = (path: string, init: RequestInit = {}) =>
    fetch(`${origin}${path}`, { redirect: "manual", ...init });

  return {
    origin,
    runtime,
    database,
    fetch: get,
    async signIn({ email, password }) {
      const response = await get("/sign-in", {
        method: "POST",
        headers: { Origin: runtime.env.http.origin },
        body: new URLSearchParams({ email, password }),
      });
      const cookie = response.headers.getSetCookie().find((one) => one.startsWith("signalbox="));
      if (cookie === undefined)
        throw new Error(`Sign-in answered ${response.status}: ${await response.text()}`);
      return cookie.split(";", 1)[0] ?? "";
    },
    takeErrors: () => errors.splice(0),
    async close() {
      await server.stop();
      if (options.database === undefined) await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
      const [first] = errors;
      if (first !== undefined)
        throw new Error(
          `The server logged ${errors.length} unexpected errors, first: ${JSON.stringify(first, null, 2)}`,
        );
    },
  };
}

const collect = (errors: LoggedError[]): Writable =>
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().split("\n")) if (line !== "") errors.push(JSON.parse(line));
      done();
    },
  });
