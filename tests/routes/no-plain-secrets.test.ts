import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import { withDatabase } from "#tests/setup/database.ts";
import { keepLog } from "#tests/setup/kept-log.ts";
import { linkIn, readMail } from "#tests/setup/read-mail.ts";
import { startTestServer, type TestServer } from "#tests/setup/server.ts";
import { startWebhookReceiver, type WebhookReceiver } from "#tests/setup/webhook-receiver.ts";
import {
  type ApiAnswer,
  type ApiClient,
  apiClient,
  bearer,
  createRouteTenant,
  type RouteTenant,
} from "./api-client.ts";

const secretKey = "a secret key of this very test, of at least 32 characters";
const metricsToken = "a-metrics-token-of-this-very-test";

const kept = keepLog("trace");
let server: TestServer;
let receiver: WebhookReceiver;
let tenant: RouteTenant;
/** Every secret that was used, by what it is. */
const secrets = new Map<string, string>();

function keep(what: string, secret: unknown): string {
  if (typeof secret !== "string" || secret.length < 8) throw new Error(`${what} is no secret: ${secret}`);
  secrets.set(what, secret);
  return secret;
}

const as = (headers: Record<string, string>): ApiClient => apiClient(server.origin, headers);
const form = (client: ApiClient, path: string, fields: Record<string, string>): Promise<ApiAnswer> =>
  client.raw(path, {
    method: "POST",
    headers: { Origin: server.runtime.env.http.origin },
    body: new URLSearchParams(fields),
  });

beforeAll(async () => {
  receiver = await startWebhookReceiver();
  server = await startTestServer({
    log: kept.log,
    env: {
      SIGNALBOX_ROLE: "all",
      SIGNALBOX_SECRET_KEY: secretKey,
      SIGNALBOX_METRICS_TOKEN: metricsToken,
      SIGNALBOX_OUTBOUND_ALLOW: receiver.place,
      SIGNALBOX_PAGERDUTY_URL: `http://${receiver.place}/v2/enqueue`,
    },
  });
  tenant = await createRouteTenant(server.runtime, server.origin);
  keep("the server's key", secretKey);
  keep("the metrics' token", metricsToken);
  keep("a session's token", tenant.token);
  keep("a password", tenant.password);
  await useEverything();
});
afterAll(async () => {
  await server.close();
  await receiver.close();
});

/** Each way in which a secret enters or leaves, the right ones and those that go wrong. */
async function useEverything(): Promise<void> {
  const { email, password, client } = tenant;
  const cookie = keep("a session's cookie", await server.signIn({ email, password }));
  keep("its signed value", decodeURIComponent(cookie.split("=")[1] ?? ""));
  await form(as({ Cookie: cookie }), "/sign-out", {});
  await form(as({}), "/sign-in", {
    email,
    password: keep("a wrong password", "Wrong-password-of-this-test-1"),
  });
  await form(as({}), "/sign-in", {
    email: keep("a password typed as an address", "My-password-as-address-2"),
    password,
  });
  await form(as({}), "/sign-in.data", {
    email: "nobody@example.com",
    password: keep("a stranger's", "Password-of-nobody-3"),
  });

  const agent = await tenant.addAgent("Agent", { scopes: ["messages:read", "messages:send", "agents:read"] });
  keep("a key", agent.key);
  const made = await client.post("/api/auth/api-keys", { name: "made", agentId: agent.id });
  const key = keep("a key made by the API", made.body.key);
  const page = await form(client, `/dashboard/agents/${agent.id}.data`, {
    intent: "create-key",
    name: "of a form",
  });
  keep("a key made by a form", /sb_[0-9A-Za-z]{38}/.exec(page.text)?.[0]);
  await as(bearer(key)).get("/api/agents");
  await client.post(`/api/auth/api-keys/${String(made.body.id)}/revoke`);
  await as(bearer(key)).get("/api/agents");
  await as(bearer(keep("a key with a typo", `${key.slice(0, -1)}_`))).get("/api/agents");
  // Where no key belongs.
  for (const path of [
    `/api/agents/${agent.key}`,
    `/api/auth/api-keys/${agent.key}/revoke`,
    `/api/agents?search=${agent.key}`,
    `/dashboard/agents/${agent.key}`,
    `/dashboard/agents?search=${agent.key}`,
    `/sign-in?redirectTo=/dashboard/${agent.key}`,
    `/nothing/${agent.key}`,
  ])
    for (const who of [client, agent.client]) {
      await who.get(path);
      await who.post(path, { name: "x", [agent.key]: agent.key });
    }
  await client.raw("/api/agents", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: `{"name": "${agent.key}`,
  });
  await as({ ...bearer(agent.key), "X-Request-Id": agent.key, "User-Agent": `agent ${agent.key}` }).get(
    "/api/agents",
  );

  const put = await client.raw(`/api/agents/${agent.id}/endpoint`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ url: receiver.url }),
  });
  keep("an endpoint's secret", put.body.secret);
  const rotated = await client.post(`/api/agents/${agent.id}/endpoint/rotate-secret`, {});
  keep("its next secret", rotated.body.secret);
  await client.post(`/api/agents/${agent.id}/endpoint/test`);
  const sent = await client.post("/api/messaging/send", {
    recipientId: agent.id,
    type: "escalation",
    payload: { reason: "a text to be found", severity: "low" },
  });
  expect(sent.status).toBe(201);
  await vi.waitFor(
    () => expect(receiver.received.map(({ id }) => id)).toContain(sent.body.messageId),
    10_000,
  );
  await useChannels(client);
  await as(bearer(metricsToken)).raw("/metrics", {});
  await useAccounts(agent.key);
}

/** Where alerts are told: what people bring and what is made for them, told, tested, refused and rotated. */
async function useChannels(client: ApiClient): Promise<void> {
  const path = "/api/alerts/channels";
  const place = `http://${receiver.place}/services`;
  const address = keep("Slack's address", `${place}/T0000/B0000/slack-secret-of-this-test`);
  const routingKey = keep("PagerDuty's key", "PagerDutyKeyOfThisVeryTest000001");
  const slack = await client.post(path, { kind: "slack", name: "slack", webhookUrl: address });
  const pager = await client.post(path, { kind: "pagerduty", name: "pager", routingKey });
  const hook = await client.post(path, { kind: "webhook", name: "hook", url: receiver.url });
  keep("a channel's secret", hook.body.secret);
  const rotated = await client.post(`${path}/${String(hook.body.id)}/rotate-secret`, {});
  keep("its next secret", rotated.body.secret);
  // What is wrong about it is said without it.
  const wrong = keep("a key that is none", "PagerDutyKeyOfThisVeryTest-is-none");
  await client.post(path, { kind: "pagerduty", name: "wrong", routingKey: wrong });
  await client.post(path, {
    kind: "slack",
    name: "wrong",
    webhookUrl: keep("an address that is refused", "http://10.0.0.1/services/T1/B1/refused-secret"),
  });
  // One receiver says back what it was sent, and its path.
  receiver.answer((received, response) => response.writeHead(500).end(received.text));
  for (const { body } of [slack, pager, hook])
    expect((await client.post(`${path}/${String(body.id)}/test`)).status).toBe(200);
  receiver.answer(204);
  for (const { body } of [slack, pager, hook]) {
    await client.get(`${path}/${String(body.id)}`);
    await client.post(`${path}/${String(body.id)}/test`);
  }
  await client.patch(`${path}/${String(pager.body.id)}`, {
    routingKey: keep("PagerDuty's next key", "PagerDutyKeyOfThisVeryTest000002"),
  });
  await client.patch(`${path}/${String(slack.body.id)}`, {
    webhookUrl: keep("Slack's next address", `${place}/T0000/B0000/next-slack-secret-of-this-test`),
  });
  const shown = [await client.get(path), await client.get("/api/alerts/deliveries")];
  for (const { text } of shown)
    for (const [what, secret] of secrets) expect(text.includes(secret), what).toBe(false);
}

/** The token in the newest mail of a kind: without a mail server, mails are files. */
async function mailedToken(what: string, to: string, subject: string): Promise<string> {
  const folder = server.runtime.env.mail.folder;
  const found = await vi.waitFor(() => {
    const mails = readdirSync(folder)
      .filter((name) => name.endsWith(".eml"))
      .sort()
      .map((name) => readMail(readFileSync(join(folder, name), "utf8")))
      .filter(({ headers }) => headers.to === to && headers.subject === subject);
    const newest = mails.at(-1);
    if (newest === undefined) throw new Error(`no mail "${subject}" to ${to}`);
    return newest;
  }, 10_000);
  return keep(what, new URL(linkIn(found), server.origin).searchParams.get("token"));
}

/** Signing up, tokens of programs, and every link that is mailed; each used, and once more. */
async function useAccounts(agentKey: string): Promise<void> {
  const stranger = as({});
  const email = "ada@accounts.example";
  const password = keep("a password at sign-up", "tumbleweed orbit 94");
  const registered = await stranger.post("/api/auth/register", {
    ...{ tenantName: "Acme", name: "Ada Lovelace", email, password },
  });
  expect(registered.status).toBe(201);
  keep("the access token of a sign-up", registered.body.accessToken);
  const verification = await mailedToken("a link that confirms", email, "Confirm your email address");
  for (let n = 0; n < 2; n += 1) await stranger.post("/api/auth/verify-email", { token: verification });
  await form(stranger, `/verify-email?token=${verification}`, { token: verification });

  const first = keep("the refresh token of a sign-up", registered.body.refreshToken);
  const refreshed = await stranger.post("/api/auth/refresh", { refreshToken: first });
  keep("the next refresh token", refreshed.body.refreshToken);
  const access = keep("the next access token", refreshed.body.accessToken);
  await as(bearer(access)).get("/api/auth/me");
  await as(bearer(`${access}x`)).get("/api/auth/me");
  await stranger.post("/api/auth/refresh", { refreshToken: first });
  const traded = await as(bearer(agentKey)).post("/api/auth/token", {});
  await as(bearer(keep("an agent's token", traded.body.accessToken))).get("/api/agents");

  await stranger.post("/api/auth/forgot-password", { email });
  const reset = await mailedToken("a link to a new password", email, "Choose a new password");
  const next = keep("a password of a reset", "another tumbleweed 95");
  for (let n = 0; n < 2; n += 1)
    await stranger.post("/api/auth/reset-password", { token: reset, password: next });

  const login = await stranger.post("/api/auth/login", { email, password: next });
  keep("the refresh token of a sign-in", login.body.refreshToken);
  const ada = as(bearer(keep("the access token of a sign-in", login.body.accessToken)));
  await ada.post("/api/auth/change-password", {
    ...{ currentPassword: keep("a guess at a password", "my cat's name of 2019"), newPassword: next },
  });
  const to = "ada@new-address.example";
  expect((await ada.post("/api/auth/change-email", { email: to, currentPassword: next })).status).toBe(202);
  const change = await mailedToken("a link to another address", to, "Confirm your new email address");
  for (let n = 0; n < 2; n += 1) await stranger.post("/api/auth/verify-email", { token: change });
  expect((await ada.get("/api/auth/account")).body.email).toBe(to);

  await ada.post("/api/invitations", { email: "guest@accounts.example", role: "member" });
  const invitation = await mailedToken(
    "an invitation's link",
    "guest@accounts.example",
    "Join Acme on Signalbox",
  );
  await form(stranger, `/invitation?token=${invitation}`, {
    ...{ intent: "join-as-new", token: invitation, name: "Guest" },
    password: keep("a guest's password", "tumbleweed of some 96"),
  });
  // Where no token belongs.
  for (const token of [access, String(login.body.refreshToken)]) {
    await ada.get(`/api/agents?search=${token}`);
    await stranger.get(`/nothing/${token}`);
    await stranger.post("/api/auth/refresh", { refreshToken: token, [token]: token });
  }
}

/** A secret as it could be written: as it is, in an address, as bytes, or wrapped once more. */
const formsOf = (secret: string): string[] => {
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    encodeURIComponent(secret),
    bytes.toString("hex"),
    bytes.toString("base64"),
    bytes.toString("base64url"),
  ];
  return [...new Set(forms)];
};

/** The tables that hold any of these texts, in whatever column. */
async function tablesWith(texts: string[]): Promise<string[]> {
  const { superuserUrl } = inject("testPostgres");
  const database = new URL(server.database.ownerUrl).pathname.slice(1);
  // No policy hides a row from it.
  const sql = postgres(withDatabase(superuserUrl, database), { max: 1, onnotice: () => {} });
  const tables = await sql<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm', 'p') and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
    order by 1`;
  expect(tables.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["graphile_worker._private_jobs", "public.audit_events", "public.sessions"]),
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const [row] = await sql.unsafe<{ text: string }[]>(
      `select needle as text from unnest($1::text[]) needle
       where exists (select from ${name} t where position(needle in t::text) > 0) limit 1`,
      [texts],
    );
    if (row !== undefined) found.push(name);
  }
  await sql.end();
  return found;
}

test("what is no secret is found by the same search, so that it searches", async () => {
  expect(await tablesWith(["a text to be found"])).toContain("public.messages");
  expect(await tablesWith([Buffer.from("a text to be found").toString("hex")])).toEqual([]);
  const stored = await server.database.owner<
    { hash: Buffer }[]
  >`select token_hash as hash from sessions limit 1`;
  expect(await tablesWith([stored[0]?.hash.toString("hex") ?? "none"])).toContain("public.sessions");
  const log = kept.lines.join("\n");
  expect(log).toContain("/api/messaging/send");
  expect(log).toMatch(/"level":(10|20|30)/);
});

test("no secret is in any column of any table in the clear", async () => {
  const found: Record<string, string[]> = {};
  for (const [what, secret] of secrets) {
    const tables = await tablesWith(formsOf(secret));
    if (tables.length > 0) found[what] = tables;
  }
  expect(found).toEqual({});
});

test("no secret is in the log, even at trace", () => {
  const { lines } = kept;
  const found: Record<string, string> = {};
  for (const [what, secret] of secrets) {
    const line = lines.find((one) => formsOf(secret).some((text) => one.includes(text)));
    if (line !== undefined) found[what] = line.slice(0, 400);
  }
  expect(found).toEqual({});
});
