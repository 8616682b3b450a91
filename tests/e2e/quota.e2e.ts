import { faultsOf } from "./faults.ts";
import { createPair, expect, send, signIn, test } from "./journey.ts";

test("an agent that goes over its quota is shown as such, and let go on by an admin", async ({
  page,
  demo,
}) => {
  await signIn(page, demo);
  const { sender, recipient, key } = await createPair(page, "Eager");
  const origin = new URL(page.url()).origin;
  const use = async (inputTokens: number) => {
    const answer = await fetch(`${origin}/api/usage`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ agentId: sender.id, model: "claude-haiku-4-5", inputTokens, outputTokens: 0 }),
    });
    expect(answer.status).toBe(201);
  };
  const agent = await page.request.get(`/api/agents/${sender.id}`).then((answer) => answer.json());
  const quota: number = agent.quota.quotaTokens;

  await use(quota);
  await page.goto(`/dashboard/agents/${sender.id}`);
  await expect(page.getByText("Limited by quota", { exact: true })).toBeVisible();
  await expect(page.getByText(/at most one message a second/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Let it go on" })).toHaveCount(0);

  await use(quota * 0.51);
  await page.reload();
  await expect(page.getByText("Paused by quota", { exact: true })).toBeVisible();
  await expect(page.getByText(/151 % of its quota/)).toBeVisible();
  expect((await send(page, key, recipient, "Held")).status).toBe(403);
  for (const [theme, width] of [
    ["light", 1440],
    ["dark", 390],
  ] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 900 });
    expect(await faultsOf(page), theme).toEqual([]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.goto(`/dashboard/agents?search=${sender.id}`);
  await expect(page.getByRole("row").nth(1).getByText("Paused by quota")).toBeVisible();

  await page.goto(`/dashboard/agents/${sender.id}`);
  await page.getByRole("button", { name: "Let it go on" }).click();
  const question = page.getByRole("dialog");
  await expect(question.getByText(/until the next ceiling/)).toBeVisible();
  await question.getByRole("button", { name: "Let it go on" }).click();
  await expect(page.getByText("Limited by quota", { exact: true })).toBeVisible();
  await expect.poll(async () => (await send(page, key, recipient, "Let go")).status).toBe(201);
});
