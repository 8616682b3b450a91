import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";
import { createPair, expect, send, signIn, test } from "./journey.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// A refused URL is answered with a 400, which the browser notes.
test.use({ tolerated: /status of 400/ });

test("a push endpoint is given, shows its secret once, is rotated, tried in vain, disabled and removed", async ({
  page,
  demo,
}) => {
  test.slow();
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Pushed");
  await page.goto(`/dashboard/agents/${recipient.id}`);
  const panel = page.getByRole("region", { name: "Push endpoint" });
  const url = panel.getByRole("textbox", { name: "Endpoint URL" });

  await url.fill("https://127.0.0.1/hook");
  await panel.getByRole("button", { name: "Push to this URL" }).click();
  await expect(panel.getByText("Must lead to a public address.")).toBeVisible();

  // Nobody's name (RFC 6761): it is looked up in vain, and nothing leaves this machine for it.
  await url.fill("https://hooks.invalid/signalbox");
  await panel.getByRole("button", { name: "Push to this URL" }).click();
  const secret = panel.getByRole("textbox", { name: "Signing secret" });
  await expect(secret).toHaveValue(/^whsec_/);
  const first = await secret.inputValue();
  await expect(panel.getByText("Healthy")).toBeVisible();
  await expect(page.getByText("Messages are posted to its endpoint")).toBeVisible();

  await panel.getByRole("button", { name: "Rotate secret" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("The old secret signs for").selectOption("7 days");
  await dialog.getByRole("button", { name: "Rotate secret" }).click();
  await expect(secret).not.toHaveValue(first);
  await expect(panel.getByText(/signs too, ends in/)).toBeVisible();

  await panel.getByRole("button", { name: "Send a test" }).click();
  await expect(panel.getByText("The host has no address.")).toBeVisible();

  expect((await send(page, key, recipient, "To be pushed")).status).toBe(201);
  await expect(panel.getByText("Backing off")).toBeVisible();
  await expect(
    panel.getByRole("list", { name: "Last attempts" }).getByText("No answer").first(),
  ).toBeVisible();
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe: checker } = window as unknown as { axe: typeof axe };
    const result = await checker.run(document, { resultTypes: ["violations"] });
    return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  });
  expect(violations).toEqual([]);

  await page.reload();
  await expect(secret).toHaveCount(0);
  await panel.getByRole("button", { name: "Disable" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disable endpoint" }).click();
  await expect(panel.getByText("Somebody disabled it.")).toBeVisible();
  await panel.getByRole("button", { name: "Enable" }).click();
  await expect(panel.getByText("Somebody disabled it.")).toHaveCount(0);

  await panel.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove endpoint" }).click();
  await expect(url).toBeVisible();
  await page.goto(`/dashboard/inbox?agent=${recipient.id}`);
  await expect(page.getByText("To be pushed").first()).toBeVisible();
});

test("the demo pushes to one agent, and shows what an endpoint that is down leads to", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const answer = await page.request.get("/api/agents");
  const { agents }: { agents: { id: string; name: string }[] } = await answer.json();
  const dock = agents.find(({ name }) => name === "Dock Gateway");
  await page.goto(`/dashboard/agents/${dock?.id}`);
  const panel = page.getByRole("region", { name: "Push endpoint" });
  await expect(panel.getByText("Backing off")).toBeVisible();
  await expect(panel.getByText("The dock system is down for maintenance.").first()).toBeVisible();
  const analyst = demo.agents.find(({ role }) => role === "analyst");
  await page.goto(`/dashboard/agents/${analyst?.id}`);
  await expect(panel.getByText("204").first()).toBeVisible({ timeout: 60_000 });
});
