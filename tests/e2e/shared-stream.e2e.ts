import type { Page } from "playwright/test";
import { createPair, expect, messageList, openInbox, send, signIn, test } from "./journey.ts";

test("two tabs use one connection, and closing the one that has it keeps the other live and exact", async ({
  page,
  context,
  demo,
}) => {
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Tabs");
  await openInbox(page, recipient);
  await expect.poll(() => openStreams(page)).toBe(1);

  const other = await context.newPage();
  let asked = 0;
  other.on("request", (request) => {
    if (request.url().includes("/api/live")) asked += 1;
  });
  await openInbox(other, recipient);
  await expect.poll(() => openStreams(page)).toBe(1);
  expect(asked, "connections that the second tab asked for").toBe(0);

  await send(page, key, recipient, "For both tabs");
  for (const tab of [page, other]) await expect(messageList(tab).getByText("For both tabs")).toHaveCount(1);

  // The first has the connection. It goes in the middle of what is being sent.
  const sending = (async () => {
    for (let n = 1; n <= 12; n += 1)
      expect((await send(other, key, recipient, `Step ${n} of twelve`)).status).toBe(201);
  })();
  await expect(messageList(other).getByText("Step 3 of twelve")).toBeVisible();
  await page.close();
  await sending;
  for (let n = 1; n <= 12; n += 1)
    await expect(messageList(other).getByText(`Step ${n} of twelve`)).toHaveCount(1);
  await expect(other.getByRole("status").filter({ hasText: "Live" })).toBeVisible();
  await expect.poll(() => openStreams(other)).toBe(1);

  await send(other, key, recipient, "After the hand-over");
  await expect(messageList(other).getByText("After the hand-over")).toHaveCount(1);
});

test("many tabs are live at once, more than the browser has connections", async ({ page, context, demo }) => {
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Many tabs");
  await openInbox(page, recipient);
  const tabs: Page[] = [page];
  for (let n = 0; n < 7; n += 1) {
    const tab = await context.newPage();
    await openInbox(tab, recipient);
    tabs.push(tab);
  }
  await expect.poll(() => openStreams(page)).toBe(1);
  await send(page, key, recipient, "For all of them");
  for (const tab of tabs) await expect(messageList(tab).getByText("For all of them")).toBeVisible();
});

test("going from page to page leaves one connection, and no page stale", async ({ page, demo }) => {
  await signIn(page, demo);
  const { recipient, key } = await createPair(page, "Pages");
  await openInbox(page, recipient);
  for (let n = 0; n < 3; n += 1) {
    await page.getByRole("link", { name: "Agents" }).first().click();
    await page.waitForURL("**/dashboard/agents");
    await send(page, key, recipient, `While away ${n}`);
    await page.goBack();
    await expect(messageList(page).getByText(`While away ${n}`)).toHaveCount(1);
    await send(page, key, recipient, `Back again ${n}`);
    await expect(messageList(page).getByText(`Back again ${n}`)).toHaveCount(1);
  }
  await expect.poll(() => openStreams(page)).toBe(1);
});

/** Streams of the web app that the server has open; the demo fleet's agents have streams of their own. */
async function openStreams(page: Page): Promise<number> {
  const metrics = await (await page.request.get("/metrics")).text();
  return Number(/^signalbox_web_streams_open (\d+)$/m.exec(metrics)?.[1]);
}
