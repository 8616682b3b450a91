import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { trafficTopic } from "#app/domain/live/schema.ts";
import { agentListSchema } from "#app/domain/messaging/agent-schema.ts";
import { listAgents } from "#app/domain/messaging/list-agents.server.ts";
import { readAgentActivity } from "#app/domain/messaging/read-agent-activity.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { AgentsPage } from "#app/ui/agents/agents-page.tsx";
import { useRevalidateOnChange } from "#app/ui/live/use-revalidate-on-change.ts";

export const meta: MetaFunction = () => [{ title: "Agents · Signalbox" }];

const limit = 50;
/** Deeper pages cost what they skip; who has more agents searches. */
const lastPage = 200;

const { search, tier, status } = agentListSchema.shape;

export const loader = pageLoader({
  scope: "agents:read",
  query: z.object({
    search: orEmpty(search),
    tier: orEmpty(tier),
    status: orEmpty(status),
    page: orEmpty(
      z
        .string()
        .regex(/^[1-9]\d{0,3}$/, "must be a page number")
        .transform(Number)
        .pipe(z.number().max(lastPage)),
    ),
  }),
  handler: async ({ db, actor, query: { page = 1, ...filters } }) => {
    const list = await listAgents(db, actor, { limit, page, ...filters });
    const ids = list.agents.map(({ id }) => id);
    return {
      list,
      activity: await readAgentActivity(db, actor, ids, new Date()),
      filters,
      page,
      mayWrite: actor.scopes.has("agents:write"),
    };
  },
});

export default function Agents() {
  useRevalidateOnChange({ topics: [trafficTopic], minIntervalMs: 5_000 });
  return <AgentsPage {...useLoaderData<typeof loader>()} />;
}
