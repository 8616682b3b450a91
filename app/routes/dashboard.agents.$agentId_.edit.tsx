import { type MetaFunction, redirect, type SerializeFrom } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import {
  agentIdSchema,
  createAgentSchema,
  settableMailboxModes,
} from "#app/domain/messaging/agent-schema.ts";
import { readAgent } from "#app/domain/messaging/read-agent.server.ts";
import { updateAgent } from "#app/domain/messaging/update-agent.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { AgentFormPage } from "#app/ui/agents/agent-form-page.tsx";
import { agentPath } from "#app/ui/agents/agent-words.ts";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { placeOf } from "#app/ui/shell/place.ts";

const params = z.object({ agentId: agentIdSchema });

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `Edit ${data?.agent.name ?? "agent"} · Signalbox` },
];

export const handle = placeOf<SerializeFrom<typeof loader>>({
  above: ({ agent }) => [{ label: agent.name, to: agentPath(agent.id) }],
  here: () => "Edit",
});

export const loader = pageLoader({
  scope: "agents:write",
  params,
  handler: async ({ db, actor, params: { agentId } }) => ({ agent: await readAgent(db, actor, agentId) }),
});

export const action = pageAction({
  scope: "agents:write",
  params,
  // The form always sends the whole profile; the mode is not offered while messages are pushed.
  form: createAgentSchema.extend({ mailboxMode: z.enum(settableMailboxModes).optional() }),
  handler: async ({ db, actor, params: { agentId }, form, request }) => {
    await updateAgent(db, actor, agentId, { ...form, description: form.description || null }, request);
    return redirect(`/dashboard/agents/${agentId}`);
  },
});

export default function EditAgent() {
  const { agent } = useLoaderData<typeof loader>();
  return <AgentFormPage agent={agent} problem={toFormProblem(useActionData<typeof action>())} />;
}
