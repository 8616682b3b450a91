import { agentTokenSchema } from "#app/domain/auth/api-session-schema.ts";
import { issueAgentToken } from "#app/domain/auth/issue-agent-token.server.ts";
import { api } from "#app/http/api-route.server.ts";

/** Trades an agent's key for a short token, to be carried where the key should not be. */
const route = api({
  POST: {
    scope: "authenticated",
    body: agentTokenSchema,
    handler: ({ runtime, actor, body, request }) => issueAgentToken(runtime, actor, body, request),
  },
});

export const loader = route.loader;
export const action = route.action;
