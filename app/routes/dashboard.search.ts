import { search } from "#app/domain/messaging/search.server.ts";
import { searchQuerySchema } from "#app/domain/messaging/search-schema.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";
import { summaryOf } from "#app/ui/messages/message-words.ts";
import type { SearchAnswer } from "#app/ui/shell/search-answer.ts";

/** What the command palette finds. Data, not a page. */
export const loader = asResource(
  pageLoader({
    scope: "authenticated",
    query: searchQuerySchema,
    handler: async ({ db, actor, query }) => {
      const { agents, conversations } = await search(db, actor, query);
      const answer: SearchAnswer = {
        agents,
        conversations: conversations.map((message) => ({
          correlationId: message.correlationId,
          type: message.type,
          summary: summaryOf(message).slice(0, 200),
          senderName: message.sender.name,
          recipientName: message.recipient.name,
          at: message.createdAt,
        })),
      };
      return Response.json(answer, { headers: { "Cache-Control": "no-store" } });
    },
  }),
);
