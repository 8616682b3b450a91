import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { listApiKeys } from "#app/domain/auth/list-api-keys.server.ts";
import { revokeApiKey } from "#app/domain/auth/revoke-api-key.server.ts";
import { apiKeyIdSchema, createApiKeySchema } from "#app/domain/auth/schema.ts";
import { addAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import { agentIdSchema, listLimitMax } from "#app/domain/messaging/agent-schema.ts";
import { listMailboxes } from "#app/domain/messaging/list-mailboxes.server.ts";
import { requireScope } from "#app/domain/messaging/mailbox-access.ts";
import { readAgent } from "#app/domain/messaging/read-agent.server.ts";
import { readAllowlist } from "#app/domain/messaging/read-allowlist.server.ts";
import { removeAllowlistEdge } from "#app/domain/messaging/remove-allowlist-edge.server.ts";
import { updateAgent } from "#app/domain/messaging/update-agent.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { AgentPage } from "#app/ui/agents/agent-page.tsx";
import { toFormProblem } from "#app/ui/form-failure.ts";

const params = z.object({ agentId: agentIdSchema });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.agent.name ?? "Agent"} · Signalbox` },
];

export const loader = pageLoader({
  scope: "agents:read",
  params,
  handler: async ({ runtime, db, actor, params: { agentId }, url }) => {
    const mayWriteKeys = actor.scopes.has("keys:write");
    const [agent, { allowlist }, keys, mailboxes] = await Promise.all([
      readAgent(db, actor, agentId),
      readAllowlist(db, actor, agentId, { limit: listLimitMax }),
      mayWriteKeys ? listApiKeys(db, actor, { agentId, limit: 100 }) : undefined,
      listMailboxes(db, actor),
    ]);
    const { origin, originGiven } = runtime.env.http;
    return {
      agent,
      allowlist,
      candidates: mailboxes.filter(({ kind }) => kind === "agent").map(({ id, name }) => ({ id, name })),
      keys: keys?.apiKeys,
      mayWrite: actor.scopes.has("agents:write"),
      origin: originGiven ? origin : url.origin,
    };
  },
});

const intent = <I extends string, S extends z.core.$ZodLooseShape>(name: I, fields: S) =>
  z.strictObject({ intent: z.literal(name), ...fields });

export const action = pageAction({
  scope: "agents:write",
  params,
  form: z.discriminatedUnion("intent", [
    intent("pause", { reason: z.string().trim().max(500) }),
    intent("resume", {}),
    intent("create-key", { name: createApiKeySchema.shape.name }),
    intent("revoke-key", { keyId: apiKeyIdSchema }),
    intent("allow", { recipientId: agentIdSchema }),
    intent("disallow", { recipientId: agentIdSchema }),
  ]),
  handler: async ({ runtime, db, actor, params: { agentId }, form, request }) => {
    switch (form.intent) {
      case "pause":
        await updateAgent(
          db,
          actor,
          agentId,
          { status: "paused", pausedReason: form.reason || undefined },
          request,
        );
        return { done: "Agent paused" };
      case "resume":
        await updateAgent(db, actor, agentId, { status: "active" }, request);
        return { done: "Agent resumed" };
      case "create-key":
        requireScope(actor, "keys:write");
        return { createdKey: await createApiKey(db, actor, { agentId, name: form.name }, request) };
      case "revoke-key":
        requireScope(actor, "keys:write");
        await revokeApiKey(runtime, actor, form.keyId, request);
        return { done: "Key revoked" };
      case "allow":
        await addAllowlistEdge(db, actor, { senderId: agentId, recipientId: form.recipientId }, request);
        return { done: "Allowed" };
      case "disallow":
        await removeAllowlistEdge(db, actor, { senderId: agentId, recipientId: form.recipientId }, request);
        return { done: "No longer allowed" };
    }
  },
});

export default function Agent() {
  const data = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  return (
    <AgentPage
      {...data}
      createdKey={answer && "createdKey" in answer ? answer.createdKey : undefined}
      keyProblem={toFormProblem(answer)}
    />
  );
}
