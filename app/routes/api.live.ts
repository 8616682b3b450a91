import { z } from "zod";
import type { StartAt } from "#app/domain/live/live-stream.ts";
import { requireReadableMailboxes } from "#app/domain/live/require-readable-mailboxes.server.ts";
import { type LiveTopic, maxTopics, parseCursor, parseTopic } from "#app/domain/live/schema.ts";
import { api } from "#app/http/api-route.server.ts";
import { liveStream } from "#app/http/sse.server.ts";
import type { MailboxId } from "#db/ids.ts";

const topicsSchema = z.string().transform((text, context) => {
  const topics = new Map<LiveTopic, MailboxId>();
  for (const name of text.split(",")) {
    const parsed = parseTopic(name);
    if (parsed === undefined || topics.has(parsed.topic)) {
      context.addIssue({
        code: "custom",
        message: "Must be topics such as inbox:agt_…, each once, with commas between",
      });
      return z.NEVER;
    }
    topics.set(parsed.topic, parsed.mailboxId);
  }
  if (topics.size <= maxTopics) return topics;
  context.addIssue({ code: "custom", message: `Must be at most ${maxTopics} topics` });
  return z.NEVER;
});

const cursorSchema = z.string().transform((text, context) => {
  const cursor = parseCursor(text);
  if (cursor !== undefined) return cursor;
  context.addIssue({ code: "custom", message: "Must be a cursor that a stream has given" });
  return z.NEVER;
});

/**
 * The web app's stream: several topics on one connection. Each begins where the cursor says (of
 * `Last-Event-ID`, else of the query), and where that says nothing of a topic, at the topic's end.
 */
const route = api({
  GET: {
    scope: "messages:read",
    query: z.strictObject({ topics: topicsSchema, cursor: cursorSchema.optional() }),
    async handler({ runtime, db, actor, query, headers }) {
      await requireReadableMailboxes(db, actor, [...query.topics.values()]);
      const lastEventId = headers.get("Last-Event-ID") ?? "";
      const startOf = startsFrom(
        lastEventId === "" ? query.cursor : parseCursor(lastEventId),
        lastEventId !== "",
      );
      const mailboxes = Array.from(query.topics, ([topic, mailboxId]) => ({
        mailboxId,
        startAt: startOf(topic),
      }));
      return liveStream({ runtime, actor, face: "topics", mailboxes });
    },
  },
});

/** Where each topic begins. A cursor that a client came back with but is none gets a reset for each. */
function startsFrom(
  cursor: ReadonlyMap<LiveTopic, number> | undefined,
  isResuming: boolean,
): (topic: LiveTopic) => StartAt {
  if (cursor === undefined) return () => (isResuming ? "unknown" : "end");
  return (topic) => cursor.get(topic) ?? "end";
}

export const loader = route.loader;
export const action = route.action;
