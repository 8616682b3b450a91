import { z } from "zod";
import type { Actor } from "#app/domain/auth/actor.ts";
import type { Scope } from "#app/domain/auth/scopes.ts";
import type { HintSubscription } from "#app/domain/live/hint-board.server.ts";
import type { StartAt } from "#app/domain/live/live-stream.ts";
import { requireReadableTopics } from "#app/domain/live/require-readable-topics.server.ts";
import {
  type InboxTopic,
  type LiveTopic,
  maxAgeMs,
  maxTopics,
  type ParsedTopic,
  parseCursor,
  parseTopic,
} from "#app/domain/live/schema.ts";
import { correlationIdSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";
import { liveStream } from "#app/http/sse.server.ts";
import { SYSTEM_TENANT_ID, toUuid } from "#db/ids.ts";

const topicsSchema = z.string().transform((text, context) => {
  const topics = new Map<LiveTopic, ParsedTopic>();
  for (const name of text.split(",")) {
    const parsed = parseTopic(name);
    if (parsed === undefined || topics.has(parsed.topic) || !isWellFormed(parsed)) {
      context.addIssue({
        code: "custom",
        message:
          "Must be topics such as inbox:agt_…, traffic, activity, alerts or conversation:…, each once, with commas between",
      });
      return z.NEVER;
    }
    topics.set(parsed.topic, parsed);
  }
  if (topics.size <= maxTopics) return [...topics.values()];
  context.addIssue({ code: "custom", message: `Must be at most ${maxTopics} topics` });
  return z.NEVER;
});

const isWellFormed = (topic: ParsedTopic): boolean =>
  topic.kind !== "conversation" || correlationIdSchema.safeParse(topic.correlationId).success;

const cursorSchema = z.string().transform((text, context) => {
  const cursor = parseCursor(text);
  if (cursor !== undefined) return cursor;
  context.addIssue({ code: "custom", message: "Must be a cursor that a stream has given" });
  return z.NEVER;
});

const ageSchema = z
  .string()
  .regex(/^\d{1,8}$/, "Must be a whole number of milliseconds")
  .transform(Number)
  .pipe(z.int().max(maxAgeMs));

/**
 * The web app's stream: several topics on one connection. A mailbox begins where the cursor says
 * (of `Last-Event-ID`, else of the query), and where that says nothing of it, at its end; `traffic`,
 * `activity`, `alerts` and conversations have no cursor, but say `changed` at once when something is newer than `age`
 * milliseconds: how old what the client shows is.
 */
const route = api({
  GET: {
    scope: "messages:read",
    query: z.strictObject({
      topics: topicsSchema,
      cursor: cursorSchema.optional(),
      age: ageSchema.optional(),
    }),
    async handler({ runtime, db, actor, query, headers }) {
      await requireReadableTopics(db, actor, query.topics);
      const lastEventId = headers.get("Last-Event-ID") ?? "";
      const startOf = startsFrom(
        lastEventId === "" ? query.cursor : parseCursor(lastEventId),
        lastEventId !== "",
      );
      const mailboxes = query.topics.flatMap((topic) =>
        topic.kind === "inbox" ? [{ mailboxId: topic.mailboxId, startAt: startOf(topic.topic) }] : [],
      );
      const hints = query.topics.flatMap((topic) => hintSubscriptions(actor, topic));
      return liveStream({
        ...{ runtime, actor, needs: needsOf(query.topics) },
        ...{ face: "topics", mailboxes, hints, hintsAgeMs: query.age },
      });
    },
  },
});

/** Where each mailbox begins. A cursor that a client came back with but is none gets a reset for each. */
function startsFrom(
  cursor: ReadonlyMap<InboxTopic, number> | undefined,
  isResuming: boolean,
): (topic: InboxTopic) => StartAt {
  if (cursor === undefined) return () => (isResuming ? "unknown" : "end");
  return (topic) => cursor.get(topic) ?? "end";
}

/** What a stream of these topics needs for as long as it is open. */
const needsOf = (topics: readonly ParsedTopic[]): Scope[] =>
  topics.some(({ kind }) => kind === "alerts") ? ["messages:read", "alerts:read"] : ["messages:read"];

function hintSubscriptions(actor: Actor, topic: ParsedTopic): HintSubscription[] {
  if (topic.kind === "inbox") return [];
  const correlationId = topic.kind === "conversation" ? topic.correlationId : null;
  const tenantIds = new Set([actor.tenantId]);
  // Who administers the service is told of its alerts as well.
  if (topic.kind === "alerts" && actor.scopes.has("tenants:admin")) tenantIds.add(SYSTEM_TENANT_ID);
  return Array.from(tenantIds, (tenantId) => ({
    ...{ topic: topic.topic, tenantUuid: toUuid(tenantId), correlationId },
  }));
}

export const loader = route.loader;
export const action = route.action;
