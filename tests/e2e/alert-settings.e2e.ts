import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { faultsOf } from "./faults.ts";
import { createAgent, createKey, expect, signIn, test } from "./journey.ts";
import { addTenant, signInAsPlatformAdmin } from "./platform-admin.ts";

interface Receiver {
  url: string;
  /** The events' types, in the order in which they came. */
  types: string[];
  close(): Promise<unknown>;
}

/** Somebody's webhook on this machine, at the one port that the test server may call. */
async function startReceiver(): Promise<Receiver> {
  const types: string[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      types.push(z.object({ type: z.string() }).parse(body).type);
      response.writeHead(200).end("thank you");
    });
  });
  await new Promise<void>((resolve, reject) => {
    server
      .once("error", reject)
      .listen(Number(process.env.SIGNALBOX_E2E_RECEIVER_PORT), "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}/alerts`, types },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

// A form that is refused answers so.
test.use({ tolerated: /status of 400/ });

test("an alert arrives on the bell and at a channel that was added and tested, by a rule that was edited", async ({
  page,
}) => {
  test.slow();
  const receiver = await startReceiver();
  try {
    const tenant = await addTenant("Alert settings");
    await tenant.signIn(page);
    await page.waitForURL(({ pathname }) => pathname.startsWith("/dashboard"));
    const agent = await createAgent(page, "Curious");
    const key = await createKey(page, agent);
    const headers = { origin: new URL(page.url()).origin };
    const lists = { allow: [], deny: ["shell.*"] };
    const put = await page.request.put(`/api/agents/${agent.id}/tools`, { data: lists, headers });
    expect(put.status(), await put.text()).toBe(200);

    await page.goto("/dashboard/alerts/channels");
    await page.getByRole("button", { name: "Mail the admins" }).click();
    await expect(page.getByRole("region", { name: "Admins by mail" })).toBeVisible();
    await page.getByText("Add a channel").click();
    await page.getByRole("button", { name: /^Webhook/ }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByLabel("Name").fill("On call");
    await drawer.getByLabel("URL").fill("https://127.0.0.1/alerts");
    await drawer.getByRole("button", { name: "Add channel" }).click();
    await expect(drawer.getByText("Must lead to a public address.")).toBeVisible();
    await drawer.getByLabel("URL").fill(receiver.url);
    await drawer.getByRole("button", { name: "Add channel" }).click();
    const channel = page.getByRole("region", { name: "On call" });
    await expect(channel.getByLabel("Signing secret")).toHaveValue(/^whsec_/);
    await channel.getByRole("button", { name: "Send a test to On call" }).click();
    await expect(channel.getByText(/^The test was accepted in \d+ ms\.$/)).toBeVisible();
    expect(receiver.types).toEqual(["alert.test"]);
    const deliveries = page.getByRole("list", { name: "Deliveries" });
    await expect(deliveries.getByText("told as a test")).toBeVisible();

    await page.getByRole("link", { name: "Rules" }).click();
    await page.getByRole("button", { name: "Edit Blocked tool call" }).click();
    await drawer.getByLabel("Severity").selectOption("critical");
    await drawer.getByRole("button", { name: "Save" }).click();
    const rule = page.getByRole("row").filter({ hasText: "Blocked tool call" });
    await expect(rule.getByRole("cell", { name: "Critical", exact: true })).toBeVisible();
    await page.getByRole("switch", { name: "Rate limit" }).click();
    await expect(page.getByRole("switch", { name: "Rate limit" })).not.toBeChecked();

    await page.getByRole("link", { name: "Channels" }).click();
    const bell = page.getByRole("button", { name: /^Alerts/ });
    await expect(bell).toHaveAccessibleName("Alerts");
    const checked = await fetch(new URL("/api/tools/check", page.url()), {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ agentId: agent.id, toolName: "shell.run" }),
    });
    expect(await checked.json()).toMatchObject({ allowed: false });

    await expect(bell).toHaveAccessibleName("Alerts, 1 unread");
    await expect(page.getByText(/^New critical alert: /)).toBeAttached();
    await expect(deliveries.getByText("told that it was found")).toHaveCount(2);
    await expect.poll(() => receiver.types).toEqual(["alert.test", "alert.opened"]);

    await page.locator("body").press("b");
    const panel = page.getByRole("dialog", { name: "Alerts" });
    const listed = panel.getByRole("listitem").filter({ hasText: agent.name });
    await expect(listed).toBeVisible();
    expect(await faultsOf(page), "the open bell").toEqual([]);
    await listed.getByRole("button", { name: /^Mark as read/ }).click();
    await expect(bell).toHaveAccessibleName("Alerts");
    await page.keyboard.press("Escape");
    await expect(panel).toBeHidden();
    await bell.click();
    await listed.getByRole("link").click();
    await expect(page).toHaveURL(/\/dashboard\/alerts\/alr_/);
    await expect(panel).toBeHidden();
  } finally {
    await receiver.close();
  }
});

test("a silence is added with its reason and ended, and a bell rings for what its owner wants", async ({
  page,
}) => {
  const tenant = await addTenant("Alert silences");
  await tenant.signIn(page);
  await page.waitForURL(({ pathname }) => pathname.startsWith("/dashboard"));
  await page.goto("/dashboard/alerts/silences");
  await page.getByRole("button", { name: "Add a silence" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Which alerts").selectOption("rate_limit");
  await dialog.getByLabel("Reason").fill("A load test");
  await dialog.getByRole("button", { name: "Silence", exact: true }).click();
  const active = page.getByRole("list", { name: "Active silences" });
  await expect(active.getByText("Rate limit, up to warnings")).toBeVisible();
  expect(await faultsOf(page), "silences").toEqual([]);
  await active.getByRole("button", { name: /^End now/ }).click();
  await page.getByRole("button", { name: "End silence" }).click();
  await expect(page.getByRole("list", { name: "Past silences" }).getByText("A load test")).toBeVisible();

  await page.goto("/dashboard/alerts/preferences");
  await page.getByRole("checkbox", { name: "Rate limit" }).uncheck();
  await page.getByText("Critical only").click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your bell is set")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("checkbox", { name: "Rate limit" })).not.toBeChecked();
  await expect(page.getByRole("radio", { name: "Critical only" })).toBeChecked();
});

test("who may only read alerts changes none of it", async ({ page, demo }) => {
  await signIn(page, { admin: demo.developer });
  await page.goto("/dashboard/alerts/rules");
  await expect(page.getByRole("cell", { name: "On", exact: true }).first()).toBeVisible();
  await expect(page.getByRole("switch")).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^Edit|Add a rule/ })).toHaveCount(0);
});

test("the service's own rules, channels and silences are its admins'", async ({ page }) => {
  await signInAsPlatformAdmin(page);
  await page.goto("/admin/alerts/rules");
  await expect(page.getByRole("switch", { name: "Background work" })).toBeVisible();
  expect(await faultsOf(page), "rules").toEqual([]);
  for (const name of ["Channels", "Silences"]) {
    await page.getByRole("link", { name, exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
    expect(await faultsOf(page), name).toEqual([]);
  }
});
