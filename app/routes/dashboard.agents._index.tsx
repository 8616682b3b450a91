import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { namedListSchema } from "#app/domain/messaging/agent-schema.ts";
import { listAgents } from "#app/domain/messaging/list-agents.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { AgentsPage } from "#app/ui/agents/agents-page.tsx";

export const meta: MetaFunction = () => [{ title: "Agents · Signalbox" }];

export const loader = pageLoader({
  scope: "agents:read",
  query: z.object({ cursor: namedListSchema.shape.cursor }),
  handler: async ({ db, actor, query }) => ({
    list: await listAgents(db, actor, { cursor: query.cursor, limit: 50 }),
    mayWrite: actor.scopes.has("agents:write"),
  }),
});

export default function Agents() {
  const { list, mayWrite } = useLoaderData<typeof loader>();
  const { nextCursor } = list.pagination;
  return (
    <AgentsPage
      list={list}
      mayWrite={mayWrite}
      moreHref={nextCursor === null ? undefined : `?cursor=${encodeURIComponent(nextCursor)}`}
    />
  );
}
