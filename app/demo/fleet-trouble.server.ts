import type { Logger } from "pino";
import { z } from "zod";
import { pause } from "./fleet-client.server.ts";
import type { FleetMember } from "./fleet-members.ts";

export interface Person {
  email: string;
  password: string;
}

export interface TroubleOptions {
  origin: string;
  /** How browsers reach the service. */
  webOrigin: string;
  agents: readonly (FleetMember & { key: string })[];
  /** To whom none of them may send. */
  stranger: string;
  /** Whose password is forgotten now and then, at a browser that they are known at: nobody else has to wait for it. */
  forgetful: Person;
  /** Somebody of another tenant, who looks where they should not. */
  neighbour?: Person | undefined;
  signal: AbortSignal;
  log: Pick<Logger, "info" | "debug">;
  firstMs?: number;
  everyMs?: number;
}

const firstMs = 45_000;
const everyMs = 4 * 60_000;
const timeoutMs = 5_000;
const wrongPasswords = 5;
const refusedSends = 20;
const session = z.object({ accessToken: z.string(), refreshToken: z.string() });

/**
 * What there are alerts for, one thing every few minutes: tools that are denied, a look at a neighbour's, wrong
 * passwords, a refresh token that comes twice, sends that are refused. Until the signal aborts; what fails is left out.
 */
export async function makeTrouble(options: TroubleOptions): Promise<void> {
  const { signal, log } = options;
  const troubles = [callDeniedTool, lookAtNeighbour, forgetPassword, reuseRefreshToken, sendInVain];
  await pause(options.firstMs ?? firstMs, signal);
  for (let turn = 0; !signal.aborted; turn++) {
    const trouble = troubles[turn % troubles.length];
    try {
      await trouble?.(options);
    } catch (error) {
      log.debug({ err: error, trouble: trouble?.name }, "The demo's trouble did not come about.");
    }
    await pause(options.everyMs ?? everyMs, signal);
  }
}

const post = (origin: string, path: string, body: object, key?: string): Promise<Response> =>
  fetch(new URL(path, origin), {
    method: "POST",
    headers: { "content-type": "application/json", ...(key && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });

/** Some that it may call, and one that it may not (`demo-alerts.server.ts`). */
async function callDeniedTool({ origin, agents: [agent] }: TroubleOptions): Promise<void> {
  if (agent === undefined) return;
  for (const toolName of ["calendar.read", "maps.route", "payments.refund"])
    await (await post(origin, "/api/tools/check", { agentId: agent.id, toolName }, agent.key)).text();
}

async function lookAtNeighbour({ origin, agents: [agent], neighbour }: TroubleOptions): Promise<void> {
  if (agent === undefined || neighbour === undefined) return;
  const { accessToken } = await signIn(origin, neighbour);
  const looked = await fetch(new URL(`/api/agents/${agent.id}`, origin), {
    headers: { authorization: `Bearer ${accessToken}` },
    signal: AbortSignal.timeout(timeoutMs),
  });
  await looked.text();
  await signOut(origin, accessToken);
}

async function signIn(origin: string, { email, password }: Person) {
  const response = await post(origin, "/api/auth/login", { email, password });
  return session.parse(await response.json());
}

const signOut = async (origin: string, accessToken: string): Promise<void> => {
  await (await post(origin, "/api/auth/logout", {}, accessToken)).text();
};

/** The session ends by it. */
async function reuseRefreshToken({ origin, forgetful }: TroubleOptions): Promise<void> {
  const { refreshToken } = await signIn(origin, forgetful);
  for (let n = 0; n < 2; n++) await (await post(origin, "/api/auth/refresh", { refreshToken })).text();
}

async function forgetPassword({ origin, webOrigin, forgetful, signal }: TroubleOptions): Promise<void> {
  const { email, password } = forgetful;
  const cookies = new Map<string, string>();
  const submit = async (typed: string): Promise<void> => {
    const response = await fetch(new URL("/sign-in", origin), {
      method: "POST",
      headers: {
        origin: webOrigin,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
      },
      body: new URLSearchParams({ email, password: typed }),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.text();
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
  };
  await submit(password);
  // The browser stays known; whoever is signed in would be sent on without a look at the password.
  cookies.delete("signalbox");
  for (let n = 0; n < wrongPasswords; n++) await submit(`not ${password}`);
  await pause(timeoutMs, signal);
  await submit(password);
}

async function sendInVain({ origin, agents, stranger }: TroubleOptions): Promise<void> {
  const agent = agents.at(-1);
  if (agent === undefined) return;
  const message = {
    recipientId: stranger,
    type: "status_update",
    payload: { status: "Is anybody there?" },
  };
  for (let n = 0; n < refusedSends; n++)
    await (await post(origin, "/api/messaging/send", message, agent.key)).text();
}
