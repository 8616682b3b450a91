import { z } from "zod";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { resumeAgent } from "#app/domain/usage/resume-agent.server.ts";
import { api } from "#app/http/api-route.server.ts";

/** Lets an agent go on that its quota or a budget has paused. */
const route = api({
  POST: {
    scope: "billing:write",
    params: z.object({ agentId: agentIdSchema }),
    body: z.strictObject({}),
    handler: ({ db, actor, params: { agentId }, request }) => resumeAgent(db, actor, agentId, request),
  },
});

export const loader = route.loader;
export const action = route.action;
