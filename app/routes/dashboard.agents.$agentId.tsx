import type { MetaFunction, SerializeFrom } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { listApiKeys } from "#app/domain/auth/list-api-keys.server.ts";
import { revokeApiKey } from "#app/domain/auth/revoke-api-key.server.ts";
import { apiKeyIdSchema, apiKeyListLimitMax, createApiKeySchema } from "#app/domain/auth/schema.ts";
import { trafficTopic } from "#app/domain/live/schema.ts";
import { addAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import {
  agentIdSchema,
  type ListPagination,
  listLimitMax,
  namedListSchema,
  pausedReasonSchema,
  trafficWindows,
} from "#app/domain/messaging/agent-schema.ts";
import { type EndpointWithSecret, endpointUrlSchema } from "#app/domain/messaging/endpoint-schema.ts";
import { listAllowlistPeers } from "#app/domain/messaging/list-allowlist-peers.server.ts";
import { requireScope } from "#app/domain/messaging/mailbox-access.ts";
import { putEndpoint } from "#app/domain/messaging/push/put-endpoint.server.ts";
import { findEndpointAndAttempts } from "#app/domain/messaging/push/read-endpoint.server.ts";
import { removeEndpoint } from "#app/domain/messaging/push/remove-endpoint.server.ts";
import { rotateSecret } from "#app/domain/messaging/push/rotate-secret.server.ts";
import { switchEndpoint } from "#app/domain/messaging/push/switch-endpoint.server.ts";
import { testEndpoint } from "#app/domain/messaging/push/test-endpoint.server.ts";
import { readAgent } from "#app/domain/messaging/read-agent.server.ts";
import { readAgentActivity } from "#app/domain/messaging/read-agent-activity.server.ts";
import { readAgentTraffic } from "#app/domain/messaging/read-agent-traffic.server.ts";
import { readAllowedSenders } from "#app/domain/messaging/read-allowed-senders.server.ts";
import { readAllowlist } from "#app/domain/messaging/read-allowlist.server.ts";
import { readInbox } from "#app/domain/messaging/read-inbox.server.ts";
import { removeAllowlistEdge } from "#app/domain/messaging/remove-allowlist-edge.server.ts";
import { readCommunications } from "#app/domain/messaging/statistics/read-communications.server.ts";
import { updateAgent } from "#app/domain/messaging/update-agent.server.ts";
import { listBlockedCalls } from "#app/domain/tools/list-blocked-calls.server.ts";
import { readToolPolicy } from "#app/domain/tools/read-tool-policy.server.ts";
import { setToolPolicy } from "#app/domain/tools/set-tool-policy.server.ts";
import { toolPatternLinesSchema } from "#app/domain/tools/tool-schema.ts";
import { resumeAgent } from "#app/domain/usage/resume-agent.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { AgentPage } from "#app/ui/agents/agent-page.tsx";
import { useRevalidateOnChange } from "#app/ui/live/use-revalidate-on-change.ts";
import { placeOf } from "#app/ui/shell/place.ts";

const params = z.object({ agentId: agentIdSchema });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.agent.name ?? "Agent"} · Signalbox` },
];

/** Where there are more agents than this, one is added to the allowlist by its id. */
const mostPeers = 500;
const previewed = 5;

export const handle = placeOf<SerializeFrom<typeof loader>>({ here: ({ agent }) => agent.name });

export const loader = pageLoader({
  scope: "agents:read",
  params,
  query: z.object({
    window: z.enum(trafficWindows).default("1h"),
    // Where the lists of the allowlist go on.
    receivers: namedListSchema.shape.cursor,
    senders: namedListSchema.shape.cursor,
  }),
  handler: async ({ runtime, db, actor, params: { agentId }, query, url }) => {
    const now = new Date();
    const mayWriteKeys = actor.scopes.has("keys:write");
    const readingAgent = readAgent(db, actor, agentId);
    const reading = Promise.all([
      readAgentActivity(db, actor, [agentId], now),
      readAgentTraffic(db, actor, agentId, { window: query.window, now }),
      readAllowlist(db, actor, agentId, { limit: listLimitMax, cursor: query.receivers }),
      readAllowedSenders(db, actor, agentId, { limit: listLimitMax, cursor: query.senders }),
      listAllowlistPeers(db, actor, agentId, mostPeers + 1),
      mayWriteKeys ? listApiKeys(db, actor, { agentId, limit: apiKeyListLimitMax }) : undefined,
      readInbox(db, actor, agentId, { limit: previewed }),
      readCommunications(db, actor, agentId, { days: 30, limit: previewed }, now.getTime()),
      findEndpointAndAttempts(db, actor, agentId),
      readToolPolicy(db, actor, agentId),
      actor.scopes.has("activity:read")
        ? listBlockedCalls(db, actor, { agentId, limit: previewed })
        : undefined,
    ]);
    // Of an agent that is not there each of them says so; that it is the agent must not be chance.
    reading.catch(() => undefined);
    const agent = await readingAgent;
    const [
      [activity],
      traffic,
      { allowlist, ...receivers },
      senders,
      peers,
      keys,
      inbox,
      talksWith,
      push,
      policy,
      blockedCalls,
    ] = await reading;
    const { origin, originGiven } = runtime.env.http;
    return {
      agent,
      lastActiveAt: activity?.lastActiveAt ?? null,
      traffic,
      allowlist: {
        receivers: {
          peers: allowlist.map(({ recipientId, ...peer }) => ({ id: recipientId, ...peer })),
          total: receivers.pagination.total,
          moreHref: moreHref(url, "receivers", receivers.pagination),
        },
        senders: {
          peers: senders.senders.map(({ senderId, ...peer }) => ({ id: senderId, ...peer })),
          total: senders.pagination.total,
          moreHref: moreHref(url, "senders", senders.pagination),
        },
        peers: peers.length > mostPeers ? undefined : peers,
      },
      keys: keys?.apiKeys,
      messages: inbox.messages,
      talksWith,
      push,
      tools: { policy, blockedCalls },
      readAt: now.toISOString(),
      origin: originGiven ? origin : url.origin,
      mayWrite: actor.scopes.has("agents:write"),
      mayPay: actor.scopes.has("billing:write"),
      maySend: actor.scopes.has("messages:send"),
    };
  },
});

/** The page with one of its lists further on. */
function moreHref(url: URL, list: "receivers" | "senders", { nextCursor }: ListPagination) {
  if (nextCursor === null) return undefined;
  const search = new URLSearchParams(url.search);
  search.set(list, nextCursor);
  return `?${search}`;
}

const intent = <I extends string, S extends z.core.$ZodLooseShape>(name: I, fields: S) =>
  z.strictObject({ intent: z.literal(name), ...fields });

export const action = pageAction({
  scope: "agents:write",
  params,
  form: z.discriminatedUnion("intent", [
    intent("pause", { reason: z.literal("").or(pausedReasonSchema) }),
    intent("resume", {}),
    intent("resume-quota", {}),
    intent("create-key", { name: createApiKeySchema.shape.name }),
    intent("revoke-key", { keyId: apiKeyIdSchema }),
    intent("allow", { recipientId: agentIdSchema }),
    intent("disallow", { recipientId: agentIdSchema }),
    intent("allow-sender", { senderId: agentIdSchema }),
    intent("disallow-sender", { senderId: agentIdSchema }),
    intent("put-endpoint", { url: endpointUrlSchema }),
    intent("rotate-secret", { keepPreviousHours: z.enum(["0", "24", "168"]).transform(Number) }),
    intent("test-endpoint", {}),
    intent("enable-endpoint", {}),
    intent("disable-endpoint", {}),
    intent("remove-endpoint", {}),
    intent("set-tools", { allow: toolPatternLinesSchema, deny: toolPatternLinesSchema }),
  ]),
  handler: async ({ runtime, db, actor, params: { agentId }, form, request, signal }) => {
    const change = { actor, agentId, request };
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
      case "resume-quota":
        await resumeAgent(db, actor, agentId, request);
        return { done: "It may send again" };
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
      case "allow-sender":
        await addAllowlistEdge(db, actor, { senderId: form.senderId, recipientId: agentId }, request);
        return { done: "Allowed" };
      case "disallow":
        await removeAllowlistEdge(db, actor, { senderId: agentId, recipientId: form.recipientId }, request);
        return { done: "No longer allowed" };
      case "disallow-sender":
        await removeAllowlistEdge(db, actor, { senderId: form.senderId, recipientId: agentId }, request);
        return { done: "No longer allowed" };
      case "put-endpoint":
        return secretAnswer((await putEndpoint(db, runtime.push, { ...change, url: form.url })).endpoint);
      case "rotate-secret": {
        const { keepPreviousHours } = form;
        return secretAnswer(await rotateSecret(db, runtime.push, { ...change, keepPreviousHours }));
      }
      case "test-endpoint":
        return { endpointTest: await testEndpoint(db, runtime.push, { ...change, signal }) };
      case "enable-endpoint":
        await switchEndpoint(db, { ...change, to: "active" });
        return { done: "The endpoint is tried now" };
      case "disable-endpoint":
        await switchEndpoint(db, { ...change, to: "disabled" });
        return { done: "Endpoint disabled" };
      case "remove-endpoint":
        await removeEndpoint(db, change);
        return { done: "Endpoint removed" };
      case "set-tools":
        await setToolPolicy(db, actor, agentId, { allow: form.allow, deny: form.deny }, request);
        return { done: "Tools saved" };
    }
  },
});

/** The secret for the page to show once, where one was made. */
const secretAnswer = ({ secret, url }: EndpointWithSecret) =>
  secret === undefined ? { done: "Messages are pushed" } : { endpointSecret: { secret, url } };

export default function Agent() {
  const { keys, readAt, origin, ...data } = useLoaderData<typeof loader>();
  // Only without JavaScript: with it each form has a fetcher of its own.
  const answer = useActionData<typeof action>();
  useRevalidateOnChange({ topics: [trafficTopic], minIntervalMs: 3_000 });
  return (
    <AgentPage
      // What was typed and answered for one agent is not for another.
      key={data.agent.id}
      {...data}
      keys={keys && { keys, readAt, origin }}
      answer={answer}
    />
  );
}
