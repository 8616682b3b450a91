import { z } from "zod";
import { requireReadableMailboxes } from "#app/domain/live/require-readable-mailboxes.server.ts";
import { parseSequence } from "#app/domain/live/schema.ts";
import { mailboxIdSchema } from "#app/domain/messaging/schema.ts";
import { api } from "#app/http/api-route.server.ts";
import { liveStream } from "#app/http/sse.server.ts";

const sequenceSchema = z.string().transform((text, context) => {
  const sequence = parseSequence(text);
  if (sequence !== undefined) return sequence;
  context.addIssue({ code: "custom", message: "Must be a sequence: a whole number from 0" });
  return z.NEVER;
});

/**
 * An agent's stream. It begins after `Last-Event-ID` (a client that comes back sends it by itself,
 * so it goes before `after`), else after the sequence `after`, else at the mailbox's end.
 */
const route = api({
  GET: {
    scope: "messages:read",
    params: z.object({ mailboxId: mailboxIdSchema }),
    query: z.strictObject({ after: sequenceSchema.optional() }),
    async handler({ runtime, db, actor, params: { mailboxId }, query, headers }) {
      await requireReadableMailboxes(db, actor, [mailboxId]);
      const lastEventId = headers.get("Last-Event-ID") ?? "";
      const startAt = lastEventId === "" ? (query.after ?? "end") : (parseSequence(lastEventId) ?? "unknown");
      return liveStream({
        ...{ runtime, actor, needs: ["messages:read"] },
        ...{ face: "inbox", mailboxes: [{ mailboxId, startAt }] },
      });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
