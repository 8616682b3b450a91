import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test as base, expect, type Locator, type Page } from "playwright/test";
import { z } from "zod";

/** What the demo seed keeps in the data folder. */
const person = z.object({ email: z.string(), password: z.string() });
const demoSchema = z.object({
  admin: person,
  /** A member, beside the admin. */
  operator: person,
  /** Belongs to the neighbour as well. */
  developer: person,
  platformAdmin: person,
  /** The second tenant, with one admin and nobody who works there. */
  neighbour: z.object({ admin: person }),
  agents: z.array(z.object({ id: z.string(), name: z.string(), role: z.string(), key: z.string() })),
});
export type Demo = z.infer<typeof demoSchema>;

export interface TestAgent {
  id: string;
  name: string;
}

interface Fixtures {
  demo: Demo;
  /** What the console may say in this test, because the test is about it. */
  tolerated: RegExp | undefined;
  /** Fails the test when the browser's console showed an error or a script threw. */
  quietConsole: undefined;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's dependencies from this pattern
  demo: async ({}, use) => {
    const path = join(process.env.SIGNALBOX_E2E_DATA_DIR ?? "", "demo.json");
    await use(demoSchema.parse(JSON.parse(readFileSync(path, "utf8"))));
  },
  tolerated: [undefined, { option: true }],
  quietConsole: [
    async ({ page, tolerated }, use) => {
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning")
          complaints.push(`${message.text()} (${message.location().url})`);
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      await use(undefined);
      expect(
        complaints.filter((complaint) => !tolerated?.test(complaint)),
        "the browser's console",
      ).toEqual([]);
    },
    { auto: true },
  ],
});
export { expect };

/** Signs in through the form, as a person does: as the admin, unless it is to be somebody else. */
export async function signIn(page: Page, { admin }: Pick<Demo, "admin">): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(admin.email);
  await page.getByLabel("Password").fill(admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(({ pathname }) => pathname.startsWith("/dashboard"));
}

/** Requests with the page's session; an unsafe one with a cookie has to name its origin. */
async function post(page: Page, path: string, data: object): Promise<unknown> {
  const response = await page.request.post(path, { data, headers: { origin: new URL(page.url()).origin } });
  expect(response.status(), await response.text()).toBe(201);
  return response.json();
}

/** A name that no earlier run on the same data has used. */
export const unique = (name: string): string => `${name} ${randomBytes(3).toString("hex")}`;

/** An agent of the test's own, made through the API by the person who is signed in. */
export async function createAgent(page: Page, label: string): Promise<TestAgent> {
  const name = unique(label);
  const created = await post(page, "/api/agents", { name, modelTier: "haiku" });
  return { id: z.object({ id: z.string() }).parse(created).id, name };
}

export async function createKey(page: Page, agent: TestAgent): Promise<string> {
  const created = await post(page, "/api/auth/api-keys", { name: "journey", agentId: agent.id });
  return z.object({ key: z.string() }).parse(created).key;
}

export async function allow(page: Page, sender: TestAgent, recipient: TestAgent): Promise<void> {
  const headers = { origin: new URL(page.url()).origin };
  const response = await page.request.put(`/api/agents/${sender.id}/allowlist/${recipient.id}`, { headers });
  expect(response.status()).toBe(204);
}

/** What an agent does: a plain HTTP request with its key, and without the browser's cookies. */
export function send(page: Page, key: string, recipient: TestAgent, description: string): Promise<Response> {
  return fetch(new URL("/api/messaging/send", page.url()), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      recipientId: recipient.id,
      type: "task_handoff",
      payload: { taskId: "T-1", description, priority: "medium" },
    }),
  });
}

/** An agent's escalation to the operators' desk. Gives its message's id. */
export async function escalate(
  page: Page,
  key: string,
  payload: { reason: string; severity: "low" | "medium" | "high" | "critical" },
): Promise<string> {
  const response = await fetch(new URL("/api/messaging/send", page.url()), {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ recipientId: "operators", type: "escalation", payload }),
  });
  expect(response.status).toBe(201);
  return z.object({ messageId: z.string() }).parse(await response.json()).messageId;
}

const received = z.object({
  messages: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      payload: z.record(z.string(), z.unknown()),
      senderId: z.string(),
      correlationId: z.string(),
      replyTo: z.string().nullable(),
    }),
  ),
});

/** What an agent finds in its inbox, the newest first. */
export async function readInbox(page: Page, key: string, agent: TestAgent) {
  const response = await fetch(new URL(`/api/messaging/inbox/${agent.id}`, page.url()), {
    headers: { authorization: `Bearer ${key}` },
  });
  return received.parse(await response.json()).messages;
}

/** Two agents, an edge from the first to the second, and the first one's key. */
export async function createPair(page: Page, name: string) {
  const sender = await createAgent(page, `${name} sender`);
  const recipient = await createAgent(page, `${name} recipient`);
  await allow(page, sender, recipient);
  return { sender, recipient, key: await createKey(page, sender) };
}

/** The list of messages on the inbox page. */
export const messageList = (page: Page): Locator => page.getByRole("list", { name: "Messages" });

/** Opens an inbox and waits until the page says that it is live. */
export async function openInbox(page: Page, agent: TestAgent): Promise<void> {
  await page.goto(`/dashboard/inbox?agent=${agent.id}`);
  await expect(page.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
}

/** Presses Tab until `target` has the focus; fails when it cannot be reached. */
export async function tabTo(page: Page, target: Locator, limit = 60): Promise<void> {
  for (let presses = 0; presses < limit; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  await expect(target, `reached with ${limit} presses of Tab`).toBeFocused();
}
