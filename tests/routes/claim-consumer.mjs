// @ts-check
// One replica of an agent, as a process that can be killed. It says on its output what it does, a line
// each, and when there is nothing to claim it waits for a line on its input.
//   claimed <message> <lease> <count>    acked <message> <outcome>    stalled    empty
import { createInterface } from "node:readline";

const [origin = "", mailboxId = "", key = "", stallAfter = "0"] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** @param {string} line */
const say = (line) => process.stdout.write(`${line}\n`);

/** @param {string} path @param {object} body */
async function post(path, body) {
  const response = await fetch(`${origin}/api/messaging/inbox/${mailboxId}/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
  return response.json();
}

for (let claims = 1; ; claims++) {
  const { messages } = await post("claim", { limit: 20, leaseSeconds: 3_600 });
  for (const { id, lease } of messages) say(`claimed ${id} ${lease.id} ${lease.count}`);
  if (messages.length === 0) {
    say("empty");
    if ((await lines.next()).done) break;
    continue;
  }
  // Half of it done, the rest in hand: this is when it is killed.
  const isLast = claims === Number(stallAfter);
  const done = isLast ? messages.slice(0, 10) : messages;
  const acked = await post("ack", {
    messages: done.map((/** @type {{ id: string, lease: { id: string } }} */ { id, lease }) => ({
      messageId: id,
      leaseId: lease.id,
    })),
  });
  for (const { messageId, outcome } of acked.messages) say(`acked ${messageId} ${outcome}`);
  if (isLast) {
    say("stalled");
    await new Promise(() => setInterval(() => {}, 60_000));
  }
}
process.exit(0);
