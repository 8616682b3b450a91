import { z } from "zod";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import type { Scope } from "#app/domain/auth/scopes.ts";
import type { CreateAgentInput } from "#app/domain/messaging/agent-schema.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { keepSessionToken } from "#app/http/session-cookie.server.ts";
import type { Runtime } from "#app/runtime.ts";
import { aRequest, createTenantFixture, type TenantFixture } from "#tests/setup/tenant-fixture.ts";

export interface ApiAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed JSON; undefined for an empty answer. Tests look into it, so it is a loose record. */
  body: Record<string, unknown>;
}

export interface ApiClient {
  get(path: string, headers?: Record<string, string>): Promise<ApiAnswer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  put(path: string, body?: unknown): Promise<ApiAnswer>;
  patch(path: string, body: unknown): Promise<ApiAnswer>;
  delete(path: string): Promise<ApiAnswer>;
  /** As it stands, with the credential's headers beside those given. */
  raw(path: string, init: RequestInit & { duplex?: "half" }): Promise<ApiAnswer>;
}

const record = z.record(z.string(), z.unknown());

/** A plain HTTP client that sends these headers with every request. */
export function apiClient(origin: string, credential: Record<string, string>): ApiClient {
  const raw: ApiClient["raw"] = async (path, init) => {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(credential)) if (!headers.has(name)) headers.set(name, value);
    const response = await fetch(new URL(path, origin), { redirect: "manual", ...init, headers });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("Content-Type") ?? "");
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? record.parse(JSON.parse(text)) : {},
    };
  };
  const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
    raw(path, {
      method,
      ...(body === undefined
        ? { headers }
        : { body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } }),
    });
  return {
    raw,
    get: (path, headers) => raw(path, { headers }),
    post: (path, body, headers) => send("POST", path, body, headers),
    put: (path, body) => send("PUT", path, body),
    patch: (path, body) => send("PATCH", path, body),
    delete: (path) => send("DELETE", path, undefined),
  };
}

export const bearer = (key: string): Record<string, string> => ({ Authorization: `Bearer ${key}` });

export interface RouteTenant extends TenantFixture {
  /** The admin's browser, as far as HTTP goes. */
  client: ApiClient;
  addAgent(name: string, options?: AddAgentOptions): Promise<RouteAgent>;
}

interface AddAgentOptions extends Partial<CreateAgentInput> {
  scopes?: Scope[];
}

export interface RouteAgent {
  id: `agt_${string}`;
  key: string;
  keyId: `key_${string}`;
  client: ApiClient;
}

/** A tenant with a signed-in admin, and agents with keys, each with a client of its own. */
export async function createRouteTenant(runtime: Runtime, origin: string): Promise<RouteTenant> {
  const fixture = await createTenantFixture(runtime.db, runtime.credentials);
  const cookie = (await keepSessionToken(fixture.token, { runtime })).split(";")[0] ?? "";
  return {
    ...fixture,
    client: apiClient(origin, { Cookie: cookie, Origin: origin }),
    async addAgent(name, { scopes, ...input } = {}) {
      const { db } = runtime;
      const agent = await createAgent(
        db,
        fixture.admin,
        { name, modelTier: "sonnet", thinkingMode: "off", ...input },
        aRequest,
      );
      const { key, id } = await createApiKey(
        db,
        fixture.admin,
        { name: `${name}'s key`, agentId: agent.id, scopes },
        aRequest,
      );
      return { id: agent.id, key, keyId: id, client: apiClient(origin, bearer(key)) };
    },
  };
}
