import type { Page } from "playwright/test";
import { faultsOf } from "./faults.ts";
import { createAgent, type Demo, expect, messageList, signIn, test, unique } from "./journey.ts";

const panel = (page: Page, name: string) => page.getByRole("region", { name: `Ask ${name}` });

const analystOf = ({ agents }: Demo) => {
  const analyst = agents.find(({ role }) => role === "analyst");
  if (analyst === undefined) throw new Error("The demo has no analyst.");
  return analyst;
};

test("an agent of the demo is asked, and its answer is seen as it is made", async ({ page, demo }) => {
  await signIn(page, demo);
  const analyst = analystOf(demo);
  await page.goto(`/dashboard/agents/${analyst.id}`);
  const asking = panel(page, analyst.name);
  const question = unique("How many robots wait for a charger?");
  await asking.getByRole("textbox").fill(question);
  await asking.getByRole("textbox").press("Control+Enter");

  const exchange = asking.getByRole("article");
  await expect(exchange).toContainText(question);
  // The first piece is there while the rest is not.
  await expect(exchange).toContainText("I took it from warehouse.charging_queue.");
  await expect(exchange.getByRole("status")).toHaveText(`${analyst.name} is answering`);
  await expect(exchange).toContainText("That fits what the engineers found");
  await expect(exchange.getByRole("status")).toHaveCount(0);
  await expect(exchange).toContainText(/Tokens\s*[\d,]+ in, [\d,]+ out/);
  await expect(exchange).toContainText(/Cost\s*\$0\.\d+/);
  await expect(exchange.getByRole("list", { name: "Tools called" })).toContainText("telemetry.query");

  expect(await faultsOf(page), "an agent's page with an answer").toEqual([]);

  // The next one goes on in the same conversation.
  await asking.getByRole("textbox").fill("And which updates start over?");
  await asking.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(asking.getByRole("article")).toHaveCount(2);
  await expect(asking.getByRole("article").nth(1)).toContainText(/Tokens\s*[\d,]+ in/);

  await asking.getByRole("link", { name: "Open conversation" }).click();
  await expect(page.getByRole("heading", { level: 1, name: question })).toBeVisible();
  // Two questions and two answers, without the pieces.
  await expect(messageList(page).getByRole("article")).toHaveCount(4);
  await expect(messageList(page)).toContainText("telemetry.query");
});

test("a question is cancelled, and asked again", async ({ page, demo }) => {
  await signIn(page, demo);
  const agent = await createAgent(page, "Silent");
  await page.goto(`/dashboard/agents/${agent.id}`);
  const asking = panel(page, agent.name);
  await asking.getByRole("textbox").fill("Is anybody there?");
  await asking.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(asking.getByRole("status")).toHaveText(`${agent.name} has the question`);
  await asking.getByRole("button", { name: "Cancel" }).click();
  await expect(asking).toContainText("The question was cancelled.");
  await asking.getByRole("button", { name: "Ask again" }).click();
  await expect(asking.getByRole("article")).toHaveCount(2);
  await expect(asking.getByRole("status")).toHaveText(`${agent.name} has the question`);
  await asking.getByRole("button", { name: "Cancel" }).click();
  await expect(asking.getByText("The question was cancelled.")).toHaveCount(2);
});

test("the palette leads to where a question is written", async ({ page, demo }) => {
  await signIn(page, demo);
  const analyst = analystOf(demo);
  const palette = page.getByRole("dialog", { name: "Search and commands" });
  await expect(async () => {
    await page.keyboard.press("Control+K");
    await expect(palette).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await palette.getByRole("combobox").fill(`ask ${analyst.name.slice(0, 4)}`);
  await expect(palette.getByRole("option", { name: `Ask ${analyst.name}…` })).toBeVisible();
  await palette.getByRole("combobox").press("Enter");
  await expect(page).toHaveURL(new RegExp(`/dashboard/agents/${analyst.id}#ask$`));
  await expect(panel(page, analyst.name).getByRole("textbox")).toBeFocused();
});

test.describe("over the limit", () => {
  test.use({ tolerated: /status of 429/ });

  test("who has asked too much is told how long to wait", async ({ page, demo }) => {
    await signIn(page, { admin: demo.operator });
    const analyst = analystOf(demo);
    await page.goto(`/dashboard/agents/${analyst.id}`);
    const headers = { origin: new URL(page.url()).origin };
    const path = `/api/agents/${analyst.id}/query`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        page.request.post(path, { headers, data: { query: "Once more?", wait: false } }),
      ),
    );
    expect(answers.map((one) => one.status()).filter((status) => status !== 202)).toEqual([]);
    const asking = panel(page, analyst.name);
    await asking.getByRole("textbox").fill("One too many?");
    await asking.getByRole("button", { name: "Ask", exact: true }).click();
    await expect(asking.getByRole("alert")).toContainText("Please try again in");
    await expect(asking.getByRole("button", { name: /^Ask again in \d+ s$/ })).toBeDisabled();
  });
});
